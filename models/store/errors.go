package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"slices"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"shenfa/models"
)

// ErrOnceTaken is in the error of InsertOnce when the caller has used the key before.
var ErrOnceTaken = errors.New("the idempotency key has been used")

// Error numbers of MySQL, MariaDB, Galera and TiDB.
const (
	mysqlDuplicate   = 1062
	mysqlParentRow   = 1452 // a foreign key names no row
	mysqlMixCollate  = 1267 // a text that the ascii column cannot hold is compared with it
	mysqlTooLong     = 1406
	mysqlBadText     = 1366
	mysqlDeadlock    = 1213
	mysqlLockWait    = 1205
	mysqlNotReady    = 1047 // Galera: the node is not in the primary component
	mysqlChanged     = 1020 // MariaDB with snapshot isolation: the row changed since it was read
	mysqlShutdown    = 1053
	mysqlInterrupted = 1317
	mysqlKilled      = 1927
	tidbConflict     = 9007
)

func mysqlNumber(err error) uint16 {
	if e, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return e.Number
	}
	return 0
}

func sqliteCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

func isDuplicate(err error) bool {
	code := sqliteCode(err)
	return code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY ||
		mysqlNumber(err) == mysqlDuplicate
}

func isForeignKey(err error) bool {
	return sqliteCode(err) == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY || mysqlNumber(err) == mysqlParentRow
}

// isTransient says that the server gave the whole transaction up, and that it may succeed when run again.
func isTransient(err error) bool {
	return slices.Contains([]uint16{mysqlDeadlock, mysqlLockWait, mysqlNotReady, mysqlChanged, tidbConflict}, mysqlNumber(err))
}

// isLost says that the connection broke.
func isLost(err error) bool {
	_, isNet := errors.AsType[net.Error](err)
	return isNet && !errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		slices.Contains([]uint16{mysqlShutdown, mysqlInterrupted, mysqlKilled}, mysqlNumber(err))
}

func isBusy(err error) bool { return sqliteCode(err)&0xff == sqlite3.SQLITE_BUSY }

// explain gives an error of the database the code that callers branch on. A
// domain error, and the end of the caller's own context, stay as they are.
func explain(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*models.Error](err); ok {
		return err
	}
	switch number := mysqlNumber(err); {
	case errors.Is(err, ErrCommitUnknown):
		return models.Errorf(models.CodeUnavailable, "与数据库的连接中断，操作可能已经完成，请刷新后核对。").Because(err)
	case number == mysqlMixCollate:
		return models.Errorf(models.CodeNotFound, "没有找到所指的记录。").Because(err)
	case isTransient(err), isLost(err), isBusy(err):
		return models.Errorf(models.CodeUnavailable, "数据库繁忙或暂时无法访问，请稍后重试。").Because(err)
	case sqliteCode(err)&0xff == sqlite3.SQLITE_FULL:
		return models.Errorf(models.CodeUnavailable, "磁盘空间不足，无法保存，请联系系统管理员。").Because(err)
	case number == mysqlTooLong, number == mysqlBadText:
		return models.Errorf(models.CodeInvalid, "内容过长，或者含有无法保存的字符。").Because(err)
	}
	return err
}

// found turns what a read of one row failed with into a domain error.
func found(err error, message string) error {
	if errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, sql.ErrNoRows) || mysqlNumber(err) == mysqlMixCollate { // an id that no row can have
		return models.Errorf(models.CodeNotFound, "%s", message)
	}
	return explain(err)
}

// taken turns a violated unique key into a conflict, and a foreign key that names nothing into an invalid value.
func taken(err error, message string) error {
	switch {
	case err == nil:
		return nil
	case isDuplicate(err):
		return models.Errorf(models.CodeConflict, "%s", message).Because(err)
	case isForeignKey(err):
		return models.Errorf(models.CodeInvalid, "所指的单位或者人员不存在。").Because(err)
	}
	return err
}
