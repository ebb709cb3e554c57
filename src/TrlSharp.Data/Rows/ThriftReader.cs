namespace TrlSharp.Rows;

/// <summary>Structs of Thrift's compact protocol, field by field: only what headers of Parquet pages hold.</summary>
internal ref struct ThriftReader(ReadOnlySpan<byte> bytes)
{
    private const int MostDepth = 32;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _field;

    /// <summary>Bytes read so far.</summary>
    public int At { get; private set; }

    /// <summary>The type of the field that <see cref="NextField"/> came to.</summary>
    public ThriftType Type { get; private set; }

    /// <summary>Begins a struct; give what it returns to <see cref="EndStruct"/> when no field is left.</summary>
    public int BeginStruct()
    {
        var outer = _field;
        _field = 0;
        return outer;
    }

    /// <summary>Back in the struct around.</summary>
    public void EndStruct(int outer) => _field = outer;

    /// <summary>The number of the next field; 0 at the end of the struct.</summary>
    public int NextField()
    {
        var head = Byte();
        Type = (ThriftType)(head & 0xF);
        if (Type == ThriftType.Stop) return 0;
        return _field = head >> 4 > 0 ? _field + (head >> 4) : checked((int)Signed());
    }

    /// <summary>The value of a field of whole numbers.</summary>
    public int Int32() => Type is ThriftType.Int16 or ThriftType.Int32 or ThriftType.Int64 ? checked((int)Signed()) : throw Damaged();

    /// <summary>The value of a field of truth: it lies in the type.</summary>
    public readonly bool Boolean() => Type switch { ThriftType.True => true, ThriftType.False => false, _ => throw Damaged() };

    /// <summary>Steps over the value of the field.</summary>
    public void Skip() => Skip(Type, 0);

    private void Skip(ThriftType type, int depth)
    {
        if (depth > MostDepth) throw Damaged();
        switch (type)
        {
            case ThriftType.True or ThriftType.False:
                break;
            case ThriftType.Byte:
                Byte();
                break;
            case ThriftType.Int16 or ThriftType.Int32 or ThriftType.Int64:
                Unsigned();
                break;
            case ThriftType.Double:
                Advance(sizeof(double));
                break;
            case ThriftType.Binary:
                Advance(Unsigned());
                break;
            case ThriftType.List or ThriftType.Set:
                var head = Byte();
                var count = head >> 4 < 15 ? (ulong)(head >> 4) : Unsigned();

                // An element has a byte at least, but truth lies in the type of a field; in a list it has one, too.
                if (count > (ulong)(_bytes.Length - At)) throw Damaged();
                for (var i = 0UL; i < count; i++) SkipElement((ThriftType)(head & 0xF), depth);
                break;
            case ThriftType.Struct:
                var outer = BeginStruct();
                while (NextField() != 0) Skip(Type, depth + 1);
                EndStruct(outer);
                break;
            default:
                throw Damaged();
        }
    }

    private void SkipElement(ThriftType type, int depth)
    {
        if (type is ThriftType.True or ThriftType.False) Byte();
        else Skip(type, depth + 1);
    }

    private byte Byte() => At < _bytes.Length ? _bytes[At++] : throw Damaged();

    private void Advance(ulong count)
    {
        if (count > (ulong)(_bytes.Length - At)) throw Damaged();
        At += (int)count;
    }

    private ulong Unsigned()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        throw Damaged();
    }

    private long Signed()
    {
        var value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private static DataException Damaged() => new("the header of a page cannot be read.");
}
