package postgres_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"voronka/storage"
)

// TestWhoseFaultARefusalIs has the database refuse whatever is written, with the
// codes of PostgreSQL's appendix A: some say that it takes nothing from anybody,
// others that this is not to be had.
func TestWhoseFaultARefusalIs(t *testing.T) {
	t.Parallel()
	for code, own := range map[string]bool{
		"53100": false, // disk_full
		"53200": false, // out_of_memory
		"58030": false, // io_error
		"42501": false, // insufficient_privilege
		"42P01": false, // undefined_table
		"23514": true,  // check_violation
		"22021": true,  // character_not_in_repertoire
		"54000": true,  // program_limit_exceeded
		"P0001": true,  // raise_exception
		"XX001": true,  // data_corrupted
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			address := schema(t)
			store := open(t, address)
			conn, err := pgx.Connect(t.Context(), address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close(t.Context())
			_, err = conn.Exec(t.Context(), `
				create function refuse() returns trigger language plpgsql as $$ begin raise exception using errcode = '`+code+`', message = 'on purpose'; end $$;
				create trigger refuse before insert on refs for each row execute function refuse();`)
			if err != nil {
				t.Fatal(err)
			}
			put := func(tx storage.Tx) error { return tx.PutRef("key", "value") }
			// Once in a commit that is shared, once in a statement of its own.
			for name, fn := range map[string]func(storage.Tx) error{
				"at the commit": put,
				"in the middle": func(tx storage.Tx) error {
					if err := put(tx); err != nil {
						return err
					}
					_, err := tx.Forget(time.Now(), 1)
					return err
				},
			} {
				err := store.Update(t.Context(), fn)
				if err == nil || errors.Is(err, storage.ErrUnavailable) == own {
					t.Errorf("%s: got %v", name, err)
				}
			}
		})
	}
}
