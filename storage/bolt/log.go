package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
)

// logSuffix makes the log's name of the database's.
const logSuffix = "-log"

// logHeader is the length of what stands before the changes of an entry: how
// long they are, a checksum of all behind it, whose they are, which run of the
// log they belong to.
const logHeader = 4 + 4 + 8 + 8

// logLimit is how large an entry may be; beyond it the file is damaged.
const logLimit = 1 << 30

// journal is the file beside the database that makes a commit one short write
// and one flush: the changes go there first, and into the database, many
// commits at once, later. The file is written again from its start after each
// settlement: blocks that exist already are flushed faster than new ones.
type journal struct {
	file   *os.File
	id     uint64 // of the database
	run    uint64 // counts the settlements; entries of older runs are in the database
	end    int64  // where the next entry goes
	noSync bool
}

func openJournal(path string, noSync bool) (*journal, error) {
	file, err := os.OpenFile(path+logSuffix, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	return &journal{file: file, noSync: noSync}, nil
}

// head reserves the place of an entry's header.
func (j *journal) head(buf []byte) []byte { return append(buf[:0], make([]byte, logHeader)...) }

// append makes an entry durable. buf begins with the room of head.
func (j *journal) append(buf []byte) error {
	binary.LittleEndian.PutUint32(buf, uint32(len(buf)-logHeader))
	binary.LittleEndian.PutUint64(buf[8:], j.id)
	binary.LittleEndian.PutUint64(buf[16:], j.run)
	binary.LittleEndian.PutUint32(buf[4:], checksum(buf))
	if _, err := j.file.WriteAt(buf, j.end); err != nil {
		return fmt.Errorf("write the log: %w", err)
	}
	if !j.noSync {
		if err := flush(j.file); err != nil {
			return fmt.Errorf("flush the log: %w", err)
		}
	}
	j.end += int64(len(buf))
	return nil
}

func checksum(entry []byte) uint32 {
	return crc32.Checksum(entry[8:], crc32.MakeTable(crc32.Castagnoli))
}

// restart begins the next run: all that the file holds is in the database.
func (j *journal) restart() { j.run, j.end = j.run+1, 0 }

// errForeign is a log of another database, or of a later state of this one.
var errForeign = errors.New("the log belongs to another database")

// unknown is the end of a log that was just opened.
const unknown = 1<<63 - 1

// recall finds the entries of the present run up to an end: one that is known,
// or the first that is not whole, for its commit never ended.
func (j *journal) recall(end int64, apply func(changes []byte) error) error {
	for j.end = 0; j.end < end; {
		entry, run, id, err := j.entry(j.end)
		if err != nil {
			return err
		}
		switch {
		case entry == nil || id == j.id && run < j.run:
			return nil
		case id != j.id || run > j.run:
			return errForeign
		}
		if err := apply(entry[logHeader:]); err != nil {
			return err
		}
		j.end += int64(len(entry))
	}
	return nil
}

// entry reads the one at a place of the file; nil where there is no whole one.
func (j *journal) entry(at int64) (entry []byte, run, id uint64, err error) {
	head := make([]byte, logHeader)
	if _, err := j.file.ReadAt(head, at); err != nil {
		return nil, 0, 0, ending(err)
	}
	size := int64(binary.LittleEndian.Uint32(head))
	info, err := j.file.Stat()
	if err != nil {
		return nil, 0, 0, fmt.Errorf("read the log: %w", err)
	}
	if size > logLimit || at+logHeader+size > info.Size() {
		return nil, 0, 0, nil
	}
	entry = make([]byte, logHeader+size)
	if _, err := j.file.ReadAt(entry, at); err != nil {
		return nil, 0, 0, ending(err)
	}
	if binary.LittleEndian.Uint32(entry[4:]) != checksum(entry) {
		return nil, 0, 0, nil
	}
	return entry, binary.LittleEndian.Uint64(entry[16:]), binary.LittleEndian.Uint64(entry[8:]), nil
}

func ending(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return fmt.Errorf("read the log: %w", err)
}
