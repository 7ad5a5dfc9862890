package cloudtrail

import (
	"fmt"
	"strings"
)

// table finds the field of a key. A hash over the length and four bytes, chosen so that no two keys of the table meet,
// answers the exact spelling with one comparison; other spellings take the slow way.
type table struct {
	slot  [1024]uint8 // place in keys, plus one
	mul   uint32
	keys  []*field
	lower map[string]*field
}

func newTable(fs []*field) *table {
	t := &table{keys: fs, lower: map[string]*field{}}
	for _, f := range fs {
		t.lower[strings.ToLower(f.key)] = f
	}
search:
	for t.mul = 1; t.mul < 1<<20; t.mul += 2 {
		t.slot = [1024]uint8{}
		for i, f := range fs {
			h := t.hash([]byte(f.key))
			if t.slot[h] != 0 {
				continue search
			}
			t.slot[h] = uint8(i + 1)
		}
		return t
	}
	panic(fmt.Sprintf("cloudtrail: the keys next to %q cannot be told apart", fs[0].key))
}

func (t *table) hash(k []byte) uint16 {
	n := len(k)
	v := uint32(n) ^ uint32(k[0])<<5 ^ uint32(k[n/2])<<11 ^ uint32(k[n*3/4])<<17 ^ uint32(k[n-1])<<23
	return uint16(v * (t.mul*0x9E3779B1 | 1) >> 22)
}

// exact is the field spelled exactly so.
func (t *table) exact(k []byte) *field {
	if len(k) == 0 {
		return nil
	}
	if n := t.slot[t.hash(k)]; n != 0 {
		if f := t.keys[n-1]; f.key == string(k) {
			return f
		}
	}
	return nil
}

// folded is the field spelled so but for upper and lower case.
func (t *table) folded(k []byte) *field {
	if len(k) > 64 {
		return nil
	}
	var b [64]byte
	for i, c := range k {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		b[i] = c
	}
	return t.lower[string(b[:len(k)])]
}
