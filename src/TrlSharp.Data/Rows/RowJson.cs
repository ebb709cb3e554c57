using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TrlSharp.Rows;

/// <summary>JSON to <see cref="RowValue"/> and back, strict: no comments, no trailing commas, no duplicate keys, no lone surrogates.</summary>
internal static class RowJson
{
    private const int MaxDepth = 256;
    private const int MaxDigits = 4300;

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = MaxDepth };

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static RowValue Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return ParseValue(utf8);
        }
        catch (JsonFault e)
        {
            throw new DataException(e.Describe(1, 0, nameLine: true), e.InnerException);
        }
    }

    /// <summary>One row of a file, a JSON object. Faults name the row, and the line and column in the file.</summary>
    /// <param name="utf8">The object's bytes.</param>
    /// <param name="origin">The row.</param>
    /// <param name="line">1-based line of the file on which the bytes start.</param>
    /// <param name="bytesBefore">Bytes of that line before them.</param>
    public static Row ParseRow(ReadOnlySpan<byte> utf8, RowOrigin origin, long line, long bytesBefore)
    {
        try
        {
            var value = ParseValue(utf8);
            return value.Kind == RowValueKind.Map
                ? new Row(value, origin)
                : throw new DataException($"{origin}: the row is a {Name(value.Kind)}, not an object with named columns.");
        }
        catch (JsonFault e)
        {
            throw new DataException($"{origin}: {e.Describe(line, bytesBefore, nameLine: origin.Unit != RowUnit.Line)}", e.InnerException);
        }
    }

    /// <summary>A kind in the words of JSON.</summary>
    public static string Name(RowValueKind kind) => kind switch
    {
        RowValueKind.Map => "object",
        RowValueKind.Integer or RowValueKind.Real => "number",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static RowValue ParseValue(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, ReaderOptions);
        try
        {
            reader.Read();
            var value = ReadValue(ref reader);
            reader.Read(); // throws when anything but white space follows
            return value;
        }
        catch (JsonException e)
        {
            throw JsonFault.At(utf8, e);
        }
        catch (InvalidOperationException e)
        {
            // Utf8JsonReader reports bad UTF-8 and lone surrogate escapes this way, from GetString.
            throw JsonFault.At(utf8, reader.TokenStartIndex, "the string here is not valid Unicode (a lone surrogate or broken UTF-8)", e);
        }
        catch (DataException e)
        {
            throw JsonFault.At(utf8, reader.TokenStartIndex, e.Message.TrimEnd('.'), e);
        }
    }

    public static string Write(RowValue value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions)) WriteValue(writer, value);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static RowValue ReadValue(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => RowValue.Null,
        JsonTokenType.True => RowValue.True,
        JsonTokenType.False => RowValue.False,
        JsonTokenType.String => RowValue.Of(reader.GetString()!),
        JsonTokenType.Number => ReadNumber(ref reader),
        JsonTokenType.StartArray => ReadList(ref reader),
        _ => ReadMap(ref reader),
    };

    private static RowValue ReadList(ref Utf8JsonReader reader)
    {
        var items = new List<RowValue>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) items.Add(ReadValue(ref reader));
        return RowValue.List(items);
    }

    private static RowValue ReadMap(ref Utf8JsonReader reader)
    {
        var fields = new List<KeyValuePair<string, RowValue>>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var key = JsonKeys.Read(ref reader);
            reader.Read();
            fields.Add(KeyValuePair.Create(key, ReadValue(ref reader)));
        }

        return RowValue.Map(fields);
    }

    private static RowValue ReadNumber(ref Utf8JsonReader reader)
    {
        if (IsReal(reader.ValueSpan)) return RowValue.Of(ReadReal(ref reader));
        return reader.TryGetInt64(out var small)
            ? RowValue.Of((BigInteger)small)
            : RowValue.Of(ReadBig(reader.ValueSpan));
    }

    private static double ReadReal(ref Utf8JsonReader reader)
    {
        var value = reader.GetDouble();
        return double.IsFinite(value) ? value : throw new DataException("A number is larger than a real number can be (1.8e308); write it as a string");
    }

    /// <summary>Parsing takes time quadratic in the digits; a number of that size is a damaged file.</summary>
    private static BigInteger ReadBig(ReadOnlySpan<byte> digits) => digits.Length <= MaxDigits
        ? BigInteger.Parse(Encoding.ASCII.GetString(digits), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
        : throw new DataException($"An integer has {digits.Length} digits; at most {MaxDigits} are read");

    private static bool IsReal(ReadOnlySpan<byte> number) => number.IndexOfAny(".eE"u8) >= 0;

    private static void WriteValue(Utf8JsonWriter writer, RowValue value)
    {
        switch (value.Kind)
        {
            case RowValueKind.Null: writer.WriteNullValue(); break;
            case RowValueKind.Boolean: writer.WriteBooleanValue(value.Boolean); break;
            case RowValueKind.Integer: writer.WriteRawValue(value.Integer.ToString(CultureInfo.InvariantCulture), skipInputValidation: true); break;
            case RowValueKind.Real: writer.WriteRawValue(RealText(value.Real), skipInputValidation: true); break;
            case RowValueKind.String: writer.WriteStringValue(value.Text); break;
            case RowValueKind.List:
                writer.WriteStartArray();
                foreach (var item in value.Items) WriteValue(writer, item);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteStartObject();
                foreach (var field in value.Fields)
                {
                    writer.WritePropertyName(field.Key);
                    WriteValue(writer, field.Value);
                }

                writer.WriteEndObject();
                break;
        }
    }

    /// <summary>Shortest text that reads back as the same double and still looks like a real: <c>1.0</c>, not <c>1</c>.</summary>
    private static string RealText(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().IndexOfAny(".eEnN") >= 0 ? text : text + ".0";
    }
}
