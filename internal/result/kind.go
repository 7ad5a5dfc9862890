package result

import "fmt"

var kindNames = [...]string{Text: "text", Int: "int", Decimal: "decimal", Float: "float", Bool: "bool", Instant: "instant",
	Local: "local", Date: "date"}

// String is the name of the kind in files: text int decimal float bool instant local date.
func (k Kind) String() string {
	if k >= Text && int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// MarshalText gives the kind's name; a kind outside the set is an error.
func (k Kind) MarshalText() ([]byte, error) {
	if k < Text || int(k) >= len(kindNames) {
		return nil, fmt.Errorf("%d is not a kind of column", uint8(k))
	}
	return []byte(kindNames[k]), nil
}

// UnmarshalText reads a kind's name.
func (k *Kind) UnmarshalText(b []byte) error {
	for i, name := range kindNames {
		if name != "" && name == string(b) {
			*k = Kind(i)
			return nil
		}
	}
	return fmt.Errorf("%q is not a kind of column: text int decimal float bool instant local date", b)
}
