package errno

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestHint(t *testing.T) {
	in := func(err error) error {
		return fmt.Errorf("writing the cache: %w", &fs.PathError{Op: "write", Path: "cache/x", Err: err})
	}
	for want, err := range map[string]error{
		"make room on that disk":   in(syscall.ENOSPC),
		"your quota on that disk":  in(syscall.EDQUOT),
		"ulimit -f":                in(syscall.EFBIG),
		"ulimit -n":                in(syscall.EMFILE),
		"the system has too many":  in(syscall.ENFILE),
		"that disk can only be":    in(syscall.EROFS),
		"see who may read":         in(syscall.EACCES),
		"a part of that path":      in(syscall.ENOTDIR),
		"see who may read and wri": &os.LinkError{Op: "rename", Old: "old", New: "new", Err: syscall.EPERM},
		"make room on that disk, ": fmt.Errorf("flushing: %w", syscall.ENOSPC),
	} {
		if got := Hint(err); !strings.Contains(got, want) {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
	for _, err := range []error{nil, errors.New("permission denied"), fs.ErrNotExist, in(syscall.EINTR)} {
		if got := Hint(err); got != "" {
			t.Errorf("%v: %q", err, got)
		}
	}
	_, err := os.ReadFile(filepath.Join(t.TempDir(), strings.Repeat("x", 5000)))
	if got := Hint(err); got != "" && !strings.Contains(got, "shorter") {
		t.Error(got)
	}
}

func TestFromText(t *testing.T) {
	for text, want := range map[string]error{
		`IO Error: Cannot open file "/cache/part.parquet": Too many open files`:                syscall.EMFILE,
		`IO Error: Could not write file "/spill/x.tmp": No space left on device`:               syscall.ENOSPC,
		`IO Error: Cannot open file "/cache/part.parquet": Permission denied`:                  syscall.EACCES,
		"IO Error: Could not fsync file \"/spill/x.tmp\": Input/output error":                  syscall.EIO,
		"Could not write all bytes to file \"/spill/x.tmp\": wanted 9 wrote 1: File too large": syscall.EFBIG,
		`Cannot create directory "/spill": Read-only file system`:                              syscall.EROFS,
	} {
		cause := errors.New(text)
		err := fmt.Errorf("asking: %w", FromText(cause))
		if !errors.Is(err, want) || !errors.Is(err, cause) || err.Error() != "asking: "+text || Hint(err) == "" {
			t.Errorf("%s: %v %q", text, err, Hint(err))
		}
	}
	for _, cause := range []error{nil, errors.New("Binder Error: no column")} {
		if FromText(cause) != cause {
			t.Error(cause)
		}
	}
}

func TestName(t *testing.T) {
	in := func(err error) error {
		return fmt.Errorf("reading: %w", &fs.PathError{Op: "read", Path: "x", Err: err})
	}
	for want, err := range map[string]error{
		"EACCES": in(syscall.EACCES), "EPERM": in(syscall.EPERM), "EIO": in(syscall.EIO), "ENOENT": fs.ErrNotExist,
		"ETIMEDOUT": os.ErrDeadlineExceeded, "ELOOP": in(syscall.ELOOP), "": errors.New("permission denied"),
	} {
		if got := Name(err); got != want {
			t.Errorf("%v is %q, want %q", err, got, want)
		}
	}
	if Name(nil) != "" {
		t.Error("no error has a name")
	}
}
