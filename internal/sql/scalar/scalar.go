// Package scalar holds the functions of Trino that DuckDB cannot be taught by macros, and the limits of what a value may become.
//
// GoFunctions lists them for the session that registers them. What the printer needs to say before a statement runs stands beside
// them, so that both read a value alike: JSONPath, CanonicalJSON, DoubleText, IPText. A function that makes a text or an array asks
// LimitError's limits first; OverLimit finds such an error again in what an engine says.
package scalar
