package connection

// void *trailscribe_same(void *p) { return p; }
import "C"

// trailscribe_same copies what a call was bound with, which is a number and no address. It stands in a file of its own, because one that
// exports functions to C can only declare others.
