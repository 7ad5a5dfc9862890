package sql

// integerDigits is how many decimal digits an integer type needs as a decimal (Trino's coercion to decimal(p,0)).
func integerDigits(k TypeKind) int {
	switch k {
	case TinyintType:
		return 3
	case SmallintType:
		return 5
	case IntegerType:
		return 10
	}
	return 19
}

// common is the smallest type both values can be turned into without a CAST, nil where Trino has none.
// Source: Trino's TypeCoercion.getCommonSuperType.
func common(a, b *Type) *Type {
	if a.equal(b) {
		if a.zoned != b.zoned {
			z := *a
			z.zoned = true
			return &z
		}
		for i := range a.Fields {
			if a.Fields[i].Name != b.Fields[i].Name {
				return rowCommon(a, b)
			}
		}
		return a
	}
	if a.Kind == UnknownType {
		return b
	}
	if b.Kind == UnknownType {
		return a
	}
	if a.Kind > b.Kind {
		a, b = b, a
	}
	switch {
	case a.integral() && b.integral(), a.numeric() && b.float():
		return b
	case a.integral() && b.Kind == DecimalType:
		return decimalCommon(decimalOf(integerDigits(a.Kind), 0), b)
	case a.Kind == DecimalType && b.Kind == DecimalType:
		return decimalCommon(a, b)
	case a.Kind == VarcharType && b.Kind == VarcharType:
		if a.P == unbounded || b.P == unbounded {
			return tVarchar
		}
		return varcharOf(max(a.P, b.P))
	case a.Kind == VarcharType && b.Kind == CharType:
		return &Type{Kind: CharType, P: max(a.P, b.P)}
	case a.Kind == CharType && b.Kind == CharType:
		return &Type{Kind: CharType, P: max(a.P, b.P)}
	case a.Kind == DateType && b.Kind == TimestampType:
		return b
	case a.Kind == DateType && b.Kind == TimestampZoneType:
		return b
	case a.Kind == TimestampType && b.Kind == TimestampType:
		return timestampOf(max(a.P, b.P))
	case a.Kind == TimeType && b.Kind == TimeType:
		return &Type{Kind: TimeType, P: max(a.P, b.P)}
	case (a.Kind == TimestampType || a.Kind == TimestampZoneType) && b.Kind == TimestampZoneType:
		return &Type{Kind: TimestampZoneType, P: max(a.P, b.P), zoned: a.zoned || b.zoned}
	case a.Kind == ArrayType && b.Kind == ArrayType:
		if e := common(a.Elem, b.Elem); e != nil {
			return arrayOf(e)
		}
	case a.Kind == MapType && b.Kind == MapType:
		if k, v := common(a.Key, b.Key), common(a.Elem, b.Elem); k != nil && v != nil {
			return mapOf(k, v)
		}
	case a.Kind == RowType && b.Kind == RowType:
		return rowCommon(a, b)
	}
	return nil
}

func rowCommon(a, b *Type) *Type {
	if len(a.Fields) != len(b.Fields) {
		return nil
	}
	t := &Type{Kind: RowType, Fields: make([]Field, len(a.Fields))}
	for i := range a.Fields {
		c := common(a.Fields[i].Type, b.Fields[i].Type)
		if c == nil {
			return nil
		}
		t.Fields[i].Type = c
		if a.Fields[i].Name == b.Fields[i].Name {
			t.Fields[i].Name = a.Fields[i].Name
		}
	}
	return t
}

func decimalCommon(a, b *Type) *Type {
	s := max(a.S, b.S)
	return decimalOf(max(a.P-a.S, b.P-b.S)+s, s)
}

// coerces says whether a value of type a is taken where b is asked, without a CAST.
func coerces(a, b *Type) bool {
	if a.Kind == VarcharType && b.Kind == VarcharType {
		return b.P == unbounded || a.P != unbounded && a.P <= b.P
	}
	c := common(a, b)
	return c != nil && c.equal(b)
}

// castable says whether CAST from a to b exists.
func castable(a, b *Type) bool {
	if coerces(a, b) || a.Kind == UnknownType {
		return true
	}
	switch {
	case a.Kind == ArrayType && b.Kind == ArrayType:
		return castable(a.Elem, b.Elem)
	case a.Kind == MapType && b.Kind == MapType:
		return castable(a.Key, b.Key) && castable(a.Elem, b.Elem)
	case a.Kind == RowType && b.Kind == RowType:
		if len(a.Fields) != len(b.Fields) {
			return false
		}
		for i := range a.Fields {
			if !castable(a.Fields[i].Type, b.Fields[i].Type) {
				return false
			}
		}
		return true
	case a.Kind == JSONType:
		return jsonTarget(b)
	case b.Kind == JSONType:
		return jsonSource(a)
	}
	basic := func(t *Type) bool { return t.numeric() || t.Kind == BooleanType }
	clock := func(t *Type) bool {
		return t.Kind == DateType || t.Kind == TimestampType || t.Kind == TimestampZoneType
	}
	switch {
	case basic(a) && basic(b), a.text() && b.text():
		return true
	case a.text():
		return basic(b) || clock(b) || b.Kind == TimeType || b.Kind == IPAddressType
	case b.text():
		return basic(a) || clock(a) || a.Kind == TimeType || a.Kind == IPAddressType || a.Kind == IntervalDayType || a.Kind == IntervalMonthType
	case clock(a) && (clock(b) || b.Kind == TimeType && a.Kind != DateType):
		return true
	}
	return false
}

// jsonTarget: what CAST(json AS …) can make. Source: Trino, JSON functions, "Cast from JSON".
func jsonTarget(t *Type) bool {
	switch t.Kind {
	case BooleanType, TinyintType, SmallintType, IntegerType, BigintType, RealType, DoubleType, DecimalType, VarcharType, JSONType:
		return true
	case ArrayType:
		return jsonTarget(t.Elem)
	case MapType:
		return t.Key.Kind != JSONType && t.Key.scalar() && jsonTarget(t.Key) && jsonTarget(t.Elem)
	case RowType:
		for _, f := range t.Fields {
			if !jsonTarget(f.Type) {
				return false
			}
		}
		return true
	}
	return false
}

// jsonSource: what CAST(… AS json) takes.
func jsonSource(t *Type) bool {
	switch t.Kind {
	case DateType, TimestampType:
		return true
	}
	return jsonTarget(t)
}
