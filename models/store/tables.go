package store

import (
	"fmt"
	"reflect"
	"strings"
	"sync"

	"gorm.io/gorm/schema"
)

// tables knows the columns of each row type, and from them the text of its
// INSERT statements.
type tables struct {
	byType map[reflect.Type]*table
}

type table struct {
	name    string
	columns []string
	fields  []int // index of the struct field of each column
	one     string
	row     string // (?,?,…)
}

// rowTypes is one of each row type. The gorm tags of these types and the
// migrations say the same; a test compares them on every database.
func rowTypes() []any {
	return []any{unitRow{}, accountRow{}, userRow{}, grantRow{}, tokenRow{}, draftRow{}, termRow{}, revisionRow{},
		reportRow{}, decisionRow{}, dispositionRow{}, eventRow{}, chainRow{}, counterRow{}, noticeRow{}, releaseRow{},
		feedRow{}, pullRow{}, scheduleRow{}, withdrawalRow{}, consultationRow{}, delegationRow{}, receiptRow{}, onceRow{}, keyRow{}, sessionRow{}, editionRow{}, installationRow{},
		rescanRow{}, workItemRow{}, reminderRow{}, webhookRow{}, deliveryRow{}, turnRow{}, calendarRow{}}
}

func parseTables() (*tables, error) {
	parsed := &tables{byType: map[reflect.Type]*table{}}
	var cache sync.Map
	for _, row := range rowTypes() {
		sch, err := schema.Parse(row, &cache, schema.NamingStrategy{IdentifierMaxLength: 64})
		if err != nil {
			return nil, fmt.Errorf("parse %T: %w", row, err)
		}
		t := &table{name: sch.Table}
		for _, field := range sch.Fields {
			t.columns = append(t.columns, field.DBName)
			t.fields = append(t.fields, field.StructField.Index[0])
		}
		t.row = "(" + strings.Repeat("?,", len(t.columns)-1) + "?)"
		t.one = "INSERT INTO " + t.name + " (" + strings.Join(t.columns, ",") + ") VALUES " + t.row
		parsed.byType[reflect.TypeOf(row)] = t
	}
	return parsed, nil
}

func tableOf[R any](s *Store) *table { return s.tables.byType[reflect.TypeFor[R]()] }

// values appends the row's columns, in the order of the INSERT statement.
func (t *table) values(args []any, row any) []any {
	v := reflect.ValueOf(row)
	for _, i := range t.fields {
		args = append(args, v.Field(i).Interface())
	}
	return args
}

// selected lists the columns as alias.column AS prefixcolumn.
func (t *table) selected(alias, prefix string) string {
	list := make([]string, len(t.columns))
	for i, column := range t.columns {
		list[i] = alias + "." + column + " AS " + prefix + column
	}
	return strings.Join(list, ",")
}

// maxInsertRows bounds the rows of one INSERT, and so the number of different
// statements that the writer keeps prepared.
const maxInsertRows = 50

// insert writes the rows with one statement for each 50.
func insert[R any](t *Tx, rows ...R) error {
	table := tableOf[R](t.store)
	for len(rows) > 0 {
		n := min(len(rows), maxInsertRows)
		args := make([]any, 0, n*len(table.columns))
		for _, row := range rows[:n] {
			args = table.values(args, row)
		}
		if _, err := t.exec(table.one+strings.Repeat(","+table.row, n-1), args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// marks is a list of n parameters for IN (…).
func marks(n int) string { return strings.Repeat("?,", n-1) + "?" }
