namespace TrlSharp.Rows;

/// <summary>Types of fields in Thrift's compact protocol.</summary>
internal enum ThriftType : byte
{
    /// <summary>No further field.</summary>
    Stop = 0,

    /// <summary>The value true.</summary>
    True = 1,

    /// <summary>The value false.</summary>
    False = 2,

    /// <summary>One byte.</summary>
    Byte = 3,

    /// <summary>A whole number, zigzag, seven bits a byte.</summary>
    Int16 = 4,

    /// <summary>The same.</summary>
    Int32 = 5,

    /// <summary>The same.</summary>
    Int64 = 6,

    /// <summary>Eight bytes.</summary>
    Double = 7,

    /// <summary>A length and so many bytes.</summary>
    Binary = 8,

    /// <summary>A count with a type, and so many elements.</summary>
    List = 9,

    /// <summary>The same.</summary>
    Set = 10,

    /// <summary>Fields up to a stop.</summary>
    Struct = 12,
}
