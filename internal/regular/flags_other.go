//go:build !unix

package regular

// Flags for os.OpenFile: systems without FIFOs in folders need none.
const (
	NonBlock = 0
	NoFollow = 0
)
