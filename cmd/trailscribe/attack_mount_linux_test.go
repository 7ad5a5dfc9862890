package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// smallDisk is a file system of a limited size.
type smallDisk struct{ folder string }

func mountSmall(folder string, size int64) (*smallDisk, error) {
	if err := unix.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=%d,mode=755", size)); err != nil {
		return nil, err
	}
	return &smallDisk{folder}, nil
}

func (d *smallDisk) grow(size int64) error {
	return unix.Mount("tmpfs", d.folder, "tmpfs", unix.MS_REMOUNT, fmt.Sprintf("size=%d", size))
}

func (d *smallDisk) remove() { _ = unix.Unmount(d.folder, unix.MNT_DETACH) }
