package cloudtrail

import (
	"fmt"
	"strings"
)

// Column is a top-level column of the table of records.
type Column struct {
	Name  string // lower case, as Athena and Hive name it
	Type  string // in Trino's words: varchar, row(…), array(row(…)), map(varchar, varchar)
	Since string // event version that brought the field; "" where AWS does not say
	JSON  bool   // the text is JSON as CloudTrail wrote it (or the text of a scalar)
	Extra bool   // in the records, but not in the table AWS documents
}

// Schema is the columns in their documented order, the extra ones last.
type Schema []Column

// Columns is every column of the CloudTrail table: those of the newest DDL in the Athena user guide ("Query AWS
// CloudTrail logs", manual partitioning) and the fields that records hold but that DDL lacks ("CloudTrail record
// contents", "userIdentity element").
func Columns() Schema {
	s := make(Schema, len(fields.kids))
	for i, f := range fields.kids {
		s[i] = Column{Name: f.name(), Type: f.typ(), Since: f.since, JSON: f.json, Extra: f.extra}
	}
	return s
}

// shape of a field in the table.
type shape uint8

const (
	text shape = iota // varchar
	row
	list    // array(row(…))
	textMap // map(varchar, varchar)
	mark    // not in the table; says what kind of JSON this is
)

// field is a field of a record: its spelling in the log, its place in the table.
type field struct {
	key         string
	shape       shape
	since       string
	json, extra bool
	kids        []*field

	lo, hi int    // leaves of the table below this field: cells lo to hi-1
	id     int    // of a row: its bit in Record.has; of a mark: its place in parser.marks
	path   string // in the table: useridentity.arn
	kidsBy *table
}

func (f *field) name() string { return strings.ToLower(f.key) }

func (f *field) typ() string {
	switch f.shape {
	case row:
		return f.rowType()
	case list:
		return "array(" + f.rowType() + ")"
	case textMap:
		return "map(varchar, varchar)"
	}
	return "varchar"
}

func (f *field) rowType() string {
	var b strings.Builder
	b.WriteString("row(")
	for i, k := range f.kids {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(k.name() + " " + k.typ())
	}
	return b.String() + ")"
}

func leaf(key, since string) *field     { return &field{key: key, since: since} }
func jsonLeaf(key, since string) *field { return &field{key: key, since: since, json: true} }
func rowOf(key, since string, kids ...*field) *field {
	return &field{key: key, since: since, shape: row, kids: kids}
}
func leaves(keys ...string) (l []*field) {
	for _, k := range keys {
		l = append(l, leaf(k, ""))
	}
	return l
}
func notInDDL(f *field) *field { f.extra = true; return f }

// fields is the record. Documented fields stand first, in the order of the DDL.
var fields = number(&field{shape: row, kids: []*field{
	leaf("eventVersion", "1.0"),
	rowOf("userIdentity", "1.0",
		leaf("type", ""), leaf("principalId", ""), leaf("arn", ""), leaf("accountId", ""),
		leaf("invokedBy", ""), leaf("accessKeyId", ""), leaf("userName", ""),
		rowOf("onBehalfOf", "", leaves("userId", "identityStoreArn")...),
		rowOf("sessionContext", "",
			rowOf("attributes", "", leaves("mfaAuthenticated", "creationDate")...),
			rowOf("sessionIssuer", "", leaves("type", "principalId", "arn", "accountId", "userName")...),
			leaf("ec2RoleDelivery", ""),
			rowOf("webIdFederationData", "", leaf("federatedProvider", ""), &field{key: "attributes", shape: textMap}),
			notInDDL(leaf("sourceIdentity", "")),
			notInDDL(leaf("assumedRoot", ""))),
		notInDDL(rowOf("inScopeOf", "", leaves("sourceArn", "sourceAccount", "issuerType", "credentialsIssuedTo")...)),
		notInDDL(rowOf("invokedByDelegate", "", leaves("accountId")...)),
		notInDDL(leaf("credentialId", "")),
		notInDDL(leaf("identityProvider", ""))),
	leaf("eventTime", "1.0"),
	leaf("eventSource", "1.0"),
	leaf("eventName", "1.0"),
	leaf("awsRegion", "1.0"),
	leaf("sourceIPAddress", "1.0"),
	leaf("userAgent", "1.0"),
	leaf("errorCode", "1.0"),
	leaf("errorMessage", "1.0"),
	jsonLeaf("requestParameters", "1.0"),
	jsonLeaf("responseElements", "1.0"),
	jsonLeaf("additionalEventData", "1.0"),
	leaf("requestID", "1.01"),
	leaf("eventID", "1.01"),
	{key: "resources", shape: list, since: "1.01", kids: leaves("ARN", "accountId", "type")},
	leaf("eventType", "1.02"),
	leaf("apiVersion", "1.01"),
	leaf("readOnly", "1.01"),
	leaf("recipientAccountId", "1.02"),
	jsonLeaf("serviceEventDetails", "1.05"),
	leaf("sharedEventID", "1.03"),
	leaf("vpcEndpointId", "1.04"),
	leaf("vpcEndpointAccountId", "1.09"),
	leaf("eventCategory", "1.07"),
	rowOf("addendum", "1.08", leaves("reason", "updatedFields", "originalRequestID", "originalEventID")...),
	leaf("sessionCredentialFromConsole", "1.08"),
	jsonLeaf("edgeDeviceDetails", "1.08"),
	rowOf("tlsDetails", "1.08", leaves("tlsVersion", "cipherSuite", "clientProvidedHostHeader")...),
	notInDDL(leaf("managementEvent", "1.06")),
	notInDDL(jsonLeaf("eventContext", "1.11")),
	notInDDL(jsonLeaf("insightDetails", "1.07")),
	notInDDL(leaf("annotation", "")),
}})

// marks are keys of a top-level object that tell records from wrappers and from other JSON found next to them.
const (
	markRecords = iota
	markEvents
	markCloudTrailEvent
	markDetail
	markDetailType
	markDigest
	markConfig
	markLogEvents
	markCount
)

var markKeys = [markCount]string{
	markRecords:         "Records",
	markEvents:          "Events",
	markCloudTrailEvent: "CloudTrailEvent",
	markDetail:          "detail",
	markDetailType:      "detail-type",
	markDigest:          "digestStartTime",
	markConfig:          "configurationItems",
	markLogEvents:       "logEvents",
}

const (
	leafCount = 65 // leaves of the table; number checks it
	rowCount  = 10
)

// number gives every leaf its cell and every row its bit. A list is one leaf (its elements are kept apart), a map too.
func number(f *field) *field {
	n, rows := 0, 0
	var walk func(f *field, path string)
	walk = func(f *field, path string) {
		f.lo = n
		if f.key != "" {
			f.path = strings.TrimPrefix(path+"."+f.name(), ".")
		}
		if f.shape == row && f.key != "" {
			f.id = rows
			rows++
		}
		for _, k := range f.kids {
			if f.shape == row {
				walk(k, f.path)
			}
		}
		if f.shape != row {
			n++
		}
		f.hi = n
		keys := f.kids
		if f.key == "" {
			for i, k := range markKeys {
				keys = append(keys[:len(keys):len(keys)], &field{key: k, shape: mark, id: i})
			}
		}
		if len(keys) > 0 {
			f.kidsBy = newTable(keys)
		}
	}
	walk(f, "")
	if n != leafCount || rows != rowCount {
		panic(fmt.Sprintf("cloudtrail: leafCount is %d, rowCount %d; they must be %d and %d", leafCount, rowCount, n, rows))
	}
	return f
}

// Node is a field of the table, for those who store records column by column.
type Node struct {
	Name   string
	Kind   NodeKind
	Fields []Node // of a Row, and of the elements of a List
	Leaf   int    // for Record.Cell or Record.Pairs; meaningless for a Row
	Row    int    // for Record.Has; meaningless unless Kind is RowNode
}

// NodeKind is what a Node holds.
type NodeKind uint8

// Kinds of a Node. There is one list (resources) and one map (the attributes of a web identity).
const (
	LeafNode NodeKind = iota
	RowNode
	ListNode
	MapNode
)

// Tree is the columns as nodes, in the order of Columns.
func Tree() []Node {
	var nodes func([]*field) []Node
	nodes = func(fs []*field) (l []Node) {
		for _, f := range fs {
			l = append(l, Node{Name: f.name(), Kind: NodeKind(f.shape), Fields: nodes(f.kids), Leaf: f.lo, Row: f.id})
		}
		return l
	}
	return nodes(fields.kids)
}
