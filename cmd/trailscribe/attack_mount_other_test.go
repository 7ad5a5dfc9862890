//go:build unix && !linux

package main

import "errors"

// smallDisk is a file system of a limited size; this system has none for these tests.
type smallDisk struct{}

func mountSmall(string, int64) (*smallDisk, error) {
	return nil, errors.New("no small file system on this system")
}
func (*smallDisk) grow(int64) error { return nil }
func (*smallDisk) remove()          {}
