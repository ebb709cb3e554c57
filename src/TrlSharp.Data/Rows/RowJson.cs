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

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = MaxDepth };

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static RowValue Parse(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, ReaderOptions);
        try
        {
            reader.Read();
            var value = ReadValue(ref reader);
            if (reader.Read()) throw new DataException($"There is a second JSON value at byte {reader.TokenStartIndex}; one value per row.");
            return value;
        }
        catch (JsonException e)
        {
            throw new DataException(Describe(e), e);
        }
        catch (InvalidOperationException e)
        {
            // Utf8JsonReader reports bad UTF-8 and lone surrogate escapes this way, from GetString.
            throw new DataException($"The string at byte {reader.TokenStartIndex} is not valid Unicode (a lone surrogate or broken UTF-8).", e);
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
            var key = reader.GetString()!;
            reader.Read();
            fields.Add(KeyValuePair.Create(key, ReadValue(ref reader)));
        }

        return RowValue.Map(fields);
    }

    private static RowValue ReadNumber(ref Utf8JsonReader reader)
    {
        if (IsReal(reader.ValueSpan)) return RowValue.Of(reader.GetDouble());
        return reader.TryGetInt64(out var small)
            ? RowValue.Of((BigInteger)small)
            : RowValue.Of(BigInteger.Parse(Encoding.ASCII.GetString(reader.ValueSpan), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }

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

    /// <summary>The reader's own words end in a path and a position that repeat what we say better.</summary>
    private static string Describe(JsonException e)
    {
        var cut = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var what = cut < 0 ? e.Message : e.Message[..cut];
        return string.Create(CultureInfo.InvariantCulture, $"Malformed JSON at line {(e.LineNumber ?? 0) + 1}, byte {e.BytePositionInLine ?? 0} of it: {what}");
    }
}
