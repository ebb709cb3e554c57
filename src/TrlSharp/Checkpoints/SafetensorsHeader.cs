using System.Buffers.Binary;
using System.Text.Json;

namespace TrlSharp.Checkpoints;

/// <summary>
/// The header of a safetensors file: 8 bytes length (little endian), then JSON <c>{name: {dtype, shape, data_offsets}}</c>. Every rule of the format is
/// checked, because a file is untrusted: the reference reader (huggingface/safetensors, <c>SafeTensorError</c>) names 14 faults.
/// </summary>
internal sealed record SafetensorsHeader(IReadOnlyList<SafetensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata)
{
    private const long LengthLimit = 100_000_000;

    /// <exception cref="ModelFolderException">The file is missing, cannot be read or breaks a rule of the format.</exception>
    public static SafetensorsHeader Read(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            return Read(stream, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFolderException($"{path} cannot be read: {e.Message}", e);
        }
    }

    private static SafetensorsHeader Read(FileStream stream, string path)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) < 8) throw Damaged(path, $"it has {stream.Length} bytes, and a header alone takes more");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LengthLimit) throw Damaged(path, $"its header claims {length} bytes, more than the {LengthLimit} that the format allows. Is this a safetensors file?");
        if ((long)length > stream.Length - 8) throw Damaged(path, $"its header claims {length} bytes, but only {stream.Length - 8} follow. Was the download cut off?");
        var json = new byte[length];
        stream.ReadExactly(json);
        if (json.Length == 0 || json[0] != (byte)'{') throw Damaged(path, "its header does not start with '{'");
        try
        {
            using var document = JsonDocument.Parse(json, new() { AllowDuplicateProperties = false });
            return Parse(document.RootElement, path, dataStart: 8 + (long)length, fileLength: stream.Length);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Damaged(path, $"its header is not valid: {e.Message}", e);
        }
    }

    private static SafetensorsHeader Parse(JsonElement root, string path, long dataStart, long fileLength)
    {
        var entries = new List<SafetensorsEntry>();
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in root.EnumerateObject())
        {
            if (property.Name != "__metadata__")
            {
                entries.Add(ParseEntry(property, path, dataStart));
                continue;
            }

            if (property.Value.ValueKind != JsonValueKind.Object) throw Damaged(path, "__metadata__ is not an object");
            foreach (var item in property.Value.EnumerateObject())
                metadata[item.Name] = item.Value.ValueKind == JsonValueKind.String
                    ? item.Value.GetString()!
                    : throw Damaged(path, $"__metadata__ holds the value {item.Value.GetRawText()} under \"{item.Name}\"; only texts are allowed");
        }

        CheckCoverage(entries, path, dataStart, fileLength);
        return new(entries, metadata);
    }

    private static SafetensorsEntry ParseEntry(JsonProperty property, string path, long dataStart)
    {
        var (name, value) = (property.Name, property.Value);
        if (value.ValueKind != JsonValueKind.Object) throw Damaged(path, $"tensor {name} is not described by an object");
        var keys = value.EnumerateObject().Select(p => p.Name).ToList();
        if (!keys.ToHashSet(StringComparer.Ordinal).SetEquals(["dtype", "shape", "data_offsets"]))
            throw Damaged(path, $"tensor {name} has the keys {string.Join(", ", keys)} instead of dtype, shape, data_offsets");
        var dtype = value.GetProperty("dtype") is { ValueKind: JsonValueKind.String } text ? text.GetString()! : throw Damaged(path, $"the dtype of tensor {name} is not a text");
        var bits = SafetensorsDtype.Bits(dtype) ?? throw Damaged(path, $"tensor {name} has the dtype {dtype}, which the format does not have");
        var shape = Integers(value.GetProperty("shape"), path, name);
        var offsets = Integers(value.GetProperty("data_offsets"), path, name);
        if (offsets.Count != 2 || offsets[0] > offsets[1]) throw Damaged(path, $"the data_offsets of tensor {name} are [{string.Join(", ", offsets)}]");
        try
        {
            var size = checked(shape.Aggregate(1L, (product, n) => checked(product * n)) * bits);
            if (size % 8 != 0 || size / 8 != offsets[1] - offsets[0])
                throw Damaged(path, $"tensor {name} has shape [{string.Join(", ", shape)}] and dtype {dtype}, but {offsets[1] - offsets[0]} bytes");
            return new(name, dtype, shape, checked(dataStart + offsets[0]), checked(dataStart + offsets[1]));
        }
        catch (OverflowException e)
        {
            throw Damaged(path, $"the size of tensor {name} with shape [{string.Join(", ", shape)}] overflows", e);
        }
    }

    private static List<long> Integers(JsonElement list, string path, string name)
    {
        if (list.ValueKind != JsonValueKind.Array) throw Damaged(path, $"shape or data_offsets of tensor {name} is not a list");
        var result = new List<long>();
        foreach (var item in list.EnumerateArray())
            result.Add(item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var n) && n >= 0
                ? n
                : throw Damaged(path, $"shape or data_offsets of tensor {name} contains {item.GetRawText()}"));
        return result;
    }

    private static void CheckCoverage(List<SafetensorsEntry> entries, string path, long dataStart, long fileLength)
    {
        var position = dataStart;
        foreach (var entry in entries.OrderBy(e => e.Start).ThenBy(e => e.End))
        {
            if (entry.Start != position)
                throw Damaged(path, $"tensor {entry.Name} starts at byte {entry.Start - dataStart} of the data, but the tensor before it ends at {position - dataStart}");
            position = entry.End;
        }

        if (position != fileLength) throw Damaged(path, $"its tensors end at byte {position}, but the file has {fileLength}. Was the download cut off?");
    }

    private static ModelFolderException Damaged(string path, string reason, Exception? inner = null) => new($"{path} is damaged: {reason}.", inner);
}
