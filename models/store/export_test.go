package store

import (
	"reflect"
	"sync"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// Record calls f with each statement that a read sends.
func (s *Store) Record(f func(query string, args []any)) error {
	record := func(db *gorm.DB) { f(db.Statement.SQL.String(), db.Statement.Vars) }
	if err := s.reads.Callback().Query().After("gorm:query").Register("record", record); err != nil {
		return err
	}
	return s.reads.Callback().Row().After("gorm:row").Register("record", record)
}

// Schemas are the gorm schemas of all row types.
func Schemas() ([]*schema.Schema, error) {
	var cache sync.Map
	var list []*schema.Schema
	for _, row := range rowTypes() {
		parsed, err := schema.Parse(reflect.New(reflect.TypeOf(row)).Interface(), &cache, schema.NamingStrategy{IdentifierMaxLength: 64})
		if err != nil {
			return nil, err
		}
		list = append(list, parsed)
	}
	return list, nil
}
