using Parquet.Meta;

namespace TrlSharp.Rows;

/// <summary>What stands before a page of a column (parquet.thrift, PageHeader).</summary>
/// <param name="Type">What the page holds.</param>
/// <param name="Unpacked">Bytes of the page when it is unpacked.</param>
/// <param name="Packed">Bytes of the page in the file.</param>
/// <param name="Values">Values and places without a value; in a dictionary its entries.</param>
/// <param name="Encoding">How the values are written.</param>
/// <param name="DefinitionEncoding">How definition levels are written, in pages of the first version.</param>
/// <param name="DefinitionBytes">Bytes of definition levels, in pages of the second version.</param>
/// <param name="RepetitionBytes">Bytes of repetition levels, in pages of the second version.</param>
/// <param name="IsPacked">Whether the values of a page of the second version are compressed.</param>
internal readonly record struct ParquetPageHeader(
    PageType Type, int Unpacked, int Packed, int Values, Encoding Encoding, Encoding DefinitionEncoding, int DefinitionBytes, int RepetitionBytes, bool IsPacked)
{
    /// <summary>Reads a header and tells where it ends.</summary>
    /// <exception cref="DataException">It is damaged.</exception>
    public static ParquetPageHeader Read(ReadOnlySpan<byte> bytes, out int length)
    {
        var reader = new ThriftReader(bytes);
        var header = new ParquetPageHeader { Type = (PageType)(-1), IsPacked = true };
        var outer = reader.BeginStruct();
        while (reader.NextField() is > 0 and var field)
        {
            if (field == 1) header = header with { Type = (PageType)reader.Int32() };
            else if (field == 2) header = header with { Unpacked = reader.Int32() };
            else if (field == 3) header = header with { Packed = reader.Int32() };
            else if (field is 5 or 7 or 8 && reader.Type == ThriftType.Struct) header = header.ReadKind(ref reader, field);
            else reader.Skip();
        }

        reader.EndStruct(outer);
        length = reader.At;
        if (header.Unpacked < 0 || header.Packed < 0 || header.Values < 0 || header.DefinitionBytes < 0 || header.RepetitionBytes < 0)
            throw new DataException("the header of a page has a negative size.");
        return header;
    }

    /// <summary>The header of a data page (5), a dictionary (7) or a data page of the second version (8).</summary>
    private ParquetPageHeader ReadKind(ref ThriftReader reader, int kind)
    {
        var header = this;
        var outer = reader.BeginStruct();
        while (reader.NextField() is > 0 and var field)
        {
            switch (kind, field)
            {
                case (_, 1):
                    header = header with { Values = reader.Int32() };
                    break;
                case (5 or 7, 2) or (8, 4):
                    header = header with { Encoding = (Encoding)reader.Int32() };
                    break;
                case (5, 3):
                    header = header with { DefinitionEncoding = (Encoding)reader.Int32() };
                    break;
                case (8, 5):
                    header = header with { DefinitionBytes = reader.Int32() };
                    break;
                case (8, 6):
                    header = header with { RepetitionBytes = reader.Int32() };
                    break;
                case (8, 7):
                    header = header with { IsPacked = reader.Boolean() };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        reader.EndStruct(outer);
        return header;
    }
}
