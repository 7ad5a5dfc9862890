package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/klauspost/compress/gzip"

	"trailscribe/internal/integrity/sample"
	"trailscribe/internal/source"
)

// file is a finished object.
type file struct {
	object    source.Object
	data      []byte
	hash      string // SHA-256 of the decoded bytes
	delivered time.Time
}

// writer holds what one goroutine needs to compress files. The gzip header carries no name and no time, so the same records give the same
// bytes.
type writer struct {
	zip  *gzip.Writer
	body []byte
}

func newWriter() *writer {
	z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return &writer{zip: z}
}

func (w *writer) gzip(body []byte) []byte {
	var b bytes.Buffer
	w.zip.Reset(&b)
	_, err := w.zip.Write(body)
	if err = errors.Join(err, w.zip.Close()); err != nil {
		panic(err) // a buffer takes every write
	}
	return b.Bytes()
}

// files cuts the unit's events into log files. CloudTrail delivers within some minutes, and names and files the object after the moment of
// delivery: what happens at the end of a day is in the folder of the next. One event in two hundred is delivered twice, in the same file
// or the next; a few come days late in files of their own.
func (u *unit) files(ctx context.Context, w *writer) []file {
	onTime := make([]event, 0, len(u.events))
	var late []event
	for _, e := range u.events {
		if e.late > 0 {
			late = append(late, e)
		} else {
			onTime = append(onTime, e)
		}
	}
	var out []file
	var again []event // second copies that wait for the next file
	n := len(onTime)
	pieces := max(1, (n+u.s.o.PerFile-1)/u.s.o.PerFile)
	if n >= 12 {
		pieces = max(pieces, 4)
	}
	for i := range pieces {
		if ctx.Err() != nil {
			return nil
		}
		part := slices.Clone(onTime[n*i/pieces : n*(i+1)/pieces])
		if len(part) == 0 {
			continue
		}
		delivered := part[len(part)-1].at.Add(time.Duration(180+u.rnd.IntN(360)) * time.Second)
		part = append(part, again...)
		again = again[:0]
		for _, e := range part {
			if u.rnd.IntN(200) == 0 {
				again = append(again, e)
			}
		}
		if i == pieces-1 {
			part = append(part, again...)
		}
		out = append(out, u.file(w, delivered, part))
	}
	slices.SortStableFunc(late, func(a, b event) int { return a.at.Add(a.late).Compare(b.at.Add(b.late)) })
	for len(late) > 0 {
		k := 1
		for k < len(late) && late[k].late == late[0].late {
			k++
		}
		out = append(out, u.file(w, late[k-1].at.Add(late[k-1].late), late[:k]))
		late = late[k:]
	}
	if u.broken && len(out) > 0 {
		f := &out[0]
		f.data = f.data[:len(f.data)/2]
		f.object.Size = int64(len(f.data))
	}
	return out
}

func (u *unit) file(w *writer, delivered time.Time, events []event) file {
	body := append(w.body[:0], `{"Records":[`...)
	for i, e := range events {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, u.buf[e.from:e.to]...)
	}
	body = append(body, "]}"...)
	w.body = body
	name := fmt.Sprintf("AWSLogs/%s/CloudTrail/%s/%s/%s_CloudTrail_%s_%s_%s.json.gz", u.account, u.region, delivered.Format("2006/01/02"),
		u.account, u.region, delivered.Format("20060102T1504Z"), u.letters(16))
	data := w.gzip(body)
	return file{source.Object{Key: name, Size: int64(len(data)), Modified: delivered, Class: "STANDARD"}, data, sample.Hash(body), delivered}
}
