package query

import "slices"

// Partitions are those that a query may name. Of any other, and of logs from more than one, every query is asked as it is.
var Partitions = []string{"aws", "aws-cn", "aws-us-gov"}

// Applies reports whether what the query asks about exists in a partition; "" where it is not known or is more than one.
func (q *Query) Applies(partition string) bool {
	return partition == "" || len(q.Partitions) == 0 || slices.Contains(q.Partitions, partition)
}
