//go:build !unix

package dir

import "errors"

func mkfifo(string) error { return errors.New("no pipes in folders here") }
