// Package scalar holds the functions of Trino that DuckDB cannot be taught by macros, and the limits of what a value may become.
//
// GoFunctions lists them for the session that registers them. The checker and the printers call JSONPath, CanonicalJSON, DoubleText
// and IPText themselves, so that a literal and a value of a column are read alike. A value that becomes too large is a LimitError;
// OverLimit recognises it in the message of an engine.
package scalar
