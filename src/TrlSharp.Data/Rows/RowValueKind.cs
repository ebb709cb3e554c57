namespace TrlSharp.Rows;

/// <summary>The seven kinds of value that JSON, Parquet and CSV rows are made of. Integers and reals stay apart, as in Python's json.</summary>
public enum RowValueKind
{
    /// <summary>JSON <c>null</c>.</summary>
    Null,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>A number written without fraction or exponent; any size.</summary>
    Integer,

    /// <summary>A number written with fraction or exponent: an IEEE double.</summary>
    Real,

    /// <summary>Valid UTF-16.</summary>
    String,

    /// <summary>An ordered list.</summary>
    List,

    /// <summary>An ordered map with unique string keys.</summary>
    Map,
}
