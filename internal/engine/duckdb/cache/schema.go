package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"reflect"

	"github.com/parquet-go/parquet-go"

	"trailscribe/internal/cloudtrail"
)

// layout is raised when the same columns are written in another way. Together with the columns and the rules of reading it
// names the folder of a cache, so that an older or newer program never reads files it does not understand: it fills its own.
const layout = 3

// The columns behind those of cloudtrail.Columns.
const (
	columnFile     = "file"
	columnSeq      = "seq"
	columnAccount  = "account"
	columnRegion   = "region"
	columnDay      = "day"
	columnCategory = "category"
	columnMisfit   = "misfit"
	columnContent  = "content"
)

// ordered is a group whose fields keep their order; parquet.Group sorts them by name.
type ordered struct {
	parquet.Group
	fields []parquet.Field
}

func (o ordered) Fields() []parquet.Field { return o.fields }

// named is a field of an ordered group.
type named struct {
	parquet.Node
	name string
}

func (n named) Name() string                           { return n.name }
func (n named) Value(base reflect.Value) reflect.Value { return base.MapIndex(reflect.ValueOf(n.name)) }

func (o *ordered) add(name string, n parquet.Node) {
	o.Group[name] = n
	o.fields = append(o.fields, named{n, name})
}

func newOrdered() *ordered { return &ordered{Group: parquet.Group{}} }

// few are leaves with few different values: they get a dictionary. All others are too varied for one to pay.
var few = map[string]bool{
	"eventversion": true, "useridentity.type": true, "useridentity.principalid": true, "useridentity.arn": true,
	"useridentity.accountid": true, "useridentity.invokedby": true, "useridentity.username": true,
	"useridentity.sessioncontext.attributes.mfaauthenticated": true,
	"useridentity.sessioncontext.sessionissuer.type":          true, "useridentity.sessioncontext.sessionissuer.principalid": true,
	"useridentity.sessioncontext.sessionissuer.arn": true, "useridentity.sessioncontext.sessionissuer.accountid": true,
	"useridentity.sessioncontext.sessionissuer.username": true, "useridentity.sessioncontext.ec2roledelivery": true,
	"useridentity.sessioncontext.webidfederationdata.federatedprovider": true,
	"useridentity.inscopeof.issuertype":                                 true, "useridentity.inscopeof.credentialsissuedto": true,
	"useridentity.inscopeof.sourceaccount": true, "useridentity.identityprovider": true,
	"eventsource": true, "eventname": true, "awsregion": true, "sourceipaddress": true, "useragent": true, "errorcode": true,
	"errormessage": true, "readonly": true, "eventtype": true, "apiversion": true, "recipientaccountid": true,
	"vpcendpointid": true, "vpcendpointaccountid": true, "eventcategory": true, "managementevent": true,
	"sessioncredentialfromconsole": true, "addendum.reason": true,
	"tlsdetails.tlsversion": true, "tlsdetails.ciphersuite": true, "tlsdetails.clientprovidedhostheader": true,
	"resources.accountid": true, "resources.type": true,
	columnFile: true, columnAccount: true, columnRegion: true, columnDay: true, columnCategory: true,
}

func textNode(path string) parquet.Node {
	n := parquet.String()
	if few[path] {
		n = parquet.Encoded(n, &parquet.RLEDictionary)
	} else {
		n = parquet.Encoded(n, &parquet.DeltaLengthByteArray)
	}
	return parquet.Optional(n)
}

// parquetSchema is the columns as Parquet has them.
func parquetSchema() *parquet.Schema {
	root := newOrdered()
	for _, n := range cloudtrail.Tree() {
		root.add(n.Name, parquetNode(n, n.Name))
	}
	root.add(columnFile, textNode(columnFile))
	root.add(columnSeq, parquet.Encoded(parquet.Optional(parquet.Int(64)), &parquet.DeltaBinaryPacked))
	for _, c := range []string{columnAccount, columnRegion, columnDay, columnCategory, columnMisfit} {
		root.add(c, textNode(c))
	}
	// DuckDB has it as one number; random bytes do not shrink
	root.add(columnContent, parquet.Compressed(parquet.UUID(), &parquet.Uncompressed))
	return parquet.NewSchema("cloudtrail", root)
}

func parquetNode(n cloudtrail.Node, path string) parquet.Node {
	switch n.Kind {
	case cloudtrail.RowNode:
		return parquet.Optional(parquetRow(n, path))
	case cloudtrail.ListNode:
		return parquet.Optional(parquet.List(parquet.Optional(parquetRow(n, path))))
	case cloudtrail.MapNode:
		return parquet.Optional(parquet.Map(parquet.String(), parquet.Optional(parquet.String())))
	}
	return textNode(path)
}

func parquetRow(n cloudtrail.Node, path string) parquet.Node {
	g := newOrdered()
	for _, f := range n.Fields {
		g.add(f.Name, parquetNode(f, path+"."+f.Name))
	}
	return g
}

// version names the folder of this layout, these columns and these rules of reading.
func version() string {
	h := sha256.New()
	for _, c := range cloudtrail.Columns() {
		h.Write([]byte(c.Name + " " + c.Type + "\n"))
	}
	h.Write([]byte{layout, cloudtrail.Reading})
	return "v1-" + hex.EncodeToString(h.Sum(nil)[:6])
}
