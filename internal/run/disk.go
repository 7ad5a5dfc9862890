package run

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/klauspost/compress/gzip"
)

// Modes of the folders and files that a run makes, less the umask.
const (
	dirMode  = 0o750 // logs name people and machines: not for everybody on the host
	fileMode = 0o640
)

// pending is a file that gets its name only when it is whole and on the disk.
type pending struct {
	*os.File
	name string
	part string // what it is called until then
	done bool
}

// begin opens a file that is to be called name.
func begin(name string) (*pending, error) {
	if err := os.MkdirAll(filepath.Dir(name), dirMode); err != nil {
		return nil, fmt.Errorf("making the folder of %s: %w", filepath.Base(name), err)
	}
	return beginAs(name, name+partSuffix)
}

// beginAs opens a file that is called part until it is whole. What has that name is removed and not written to: it may be a link.
func beginAs(name, part string) (*pending, error) {
	err := os.Remove(part)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	var f *os.File
	if err == nil {
		f, err = os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, fileMode)
	}
	if err != nil {
		return nil, fmt.Errorf("writing %s: %w", filepath.Base(name), err)
	}
	return &pending{File: f, name: name, part: part}, nil
}

// Close flushes the file to the disk and gives it its name. A second Close does nothing.
func (p *pending) Close() error {
	if p.done {
		return nil
	}
	p.done = true
	if err := errors.Join(p.Sync(), p.File.Close()); err != nil {
		os.Remove(p.part)
		return fmt.Errorf("writing %s: %w", filepath.Base(p.name), err)
	}
	if err := os.Rename(p.part, p.name); err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(p.name), err)
	}
	return syncDir(filepath.Dir(p.name))
}

// abandon removes the file; after Close it does nothing.
func (p *pending) abandon() {
	if !p.done {
		p.done = true
		p.File.Close()
		os.Remove(p.part)
	}
}

// write puts a whole file in place at once.
func write(name string, data []byte) error {
	p, err := begin(name)
	if err != nil {
		return err
	}
	defer p.abandon()
	if _, err := p.Write(data); err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(name), err)
	}
	return p.Close()
}

// syncDir makes renames in a folder last. Windows cannot and need not do it.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("flushing the folder %s: %w", filepath.Base(dir), err)
	}
	return nil
}

// packed compresses into a pending file. The gzip header holds no name and no time, so the same lines give the same bytes.
type packed struct {
	*gzip.Writer
	file *pending
}

func beginPacked(name string) (*packed, error) {
	f, err := begin(name)
	if err != nil {
		return nil, err
	}
	return &packed{gzip.NewWriter(f), f}, nil
}

func (p *packed) Close() error {
	if err := p.Writer.Close(); err != nil {
		p.file.abandon()
		return fmt.Errorf("writing %s: %w", filepath.Base(p.file.name), err)
	}
	return p.file.Close()
}

// unpacked reads a compressed file; Close closes it too.
type unpacked struct {
	*gzip.Reader
	file io.Closer
}

func unpack(f io.ReadCloser, name string) (io.ReadCloser, error) {
	z, err := gzip.NewReader(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return unpacked{z, f}, nil
}

func (u unpacked) Close() error { return errors.Join(u.Reader.Close(), u.file.Close()) }
