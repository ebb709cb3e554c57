using System.Buffers.Binary;
using System.Text.Json;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Checkpoints;

/// <summary>Writes safetensors files as the reference writer lays them out: by alignment descending, then by name; header padded to 8 bytes.</summary>
public static class SafetensorsWriter
{
    /// <summary>What transformers requires of a PyTorch checkpoint.</summary>
    internal static readonly IReadOnlyDictionary<string, string> PyTorchMetadata = new Dictionary<string, string> { ["format"] = "pt" };

    /// <summary>
    /// Writes the tensors under <paramref name="path"/>, flushed to the disk. The file appears under its name complete or not at all; an existing file is replaced.
    /// </summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="tensors">On any device, in any layout; unique names.</param>
    /// <param name="metadata">Texts stored in the header; null for <c>format: pt</c>.</param>
    /// <exception cref="IOException">The disk is full or the folder cannot be written; nothing is left behind.</exception>
    public static void Write(string path, IEnumerable<(string Name, Tensor Value)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            WriteFile(temporary, [.. tensors], metadata ?? PyTorchMetadata);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Bytes that a tensor takes in a file.</summary>
    internal static long SizeOf(Tensor tensor) => tensor.numel() * tensor.element_size();

    /// <summary>Bytes of a file of these tensors.</summary>
    internal static long FileSize(IEnumerable<(string Name, Tensor Value)> tensors)
    {
        var sorted = Sorted(tensors);
        return Header(sorted, PyTorchMetadata).Length + sorted.Sum(t => SizeOf(t.Value));
    }

    /// <summary>The same into an open stream.</summary>
    internal static void Write(Stream stream, IEnumerable<(string Name, Tensor Value)> tensors)
    {
        var sorted = Sorted(tensors);
        stream.Write(Header(sorted, PyTorchMetadata));
        foreach (var (_, tensor) in sorted) WriteData(stream, tensor);
    }

    private static List<(string Name, Tensor Value)> Sorted(IEnumerable<(string Name, Tensor Value)> tensors) =>
        [.. tensors.OrderByDescending(t => t.Value.element_size()).ThenBy(t => t.Name, StringComparer.Ordinal)];

    private static void WriteFile(string path, List<(string Name, Tensor Value)> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var sorted = Sorted(tensors);
        var header = Header(sorted, metadata);
        // Reserved at once, so that a full disk is noticed before anything is written.
        var size = header.Length + sorted.Sum(t => SizeOf(t.Value));
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, PreallocationSize = size, BufferSize = 0 });
        file.Write(header);
        foreach (var (_, tensor) in sorted) WriteData(file, tensor);
        file.Flush(flushToDisk: true);
    }

    private static byte[] Header(List<(string Name, Tensor Value)> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        buffer.Write(stackalloc byte[8]);
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach (var (key, text) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal)) json.WriteString(key, text);
            json.WriteEndObject();
            long offset = 0;
            foreach (var (name, tensor) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", SafetensorsDtype.Of(tensor.dtype));
                json.WriteStartArray("shape");
                foreach (var n in tensor.shape) json.WriteNumberValue(n);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += SizeOf(tensor));
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' ');
        var bytes = buffer.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bytes.Length - 8);
        return bytes;
    }

    private static unsafe void WriteData(Stream file, Tensor tensor)
    {
        const long Slice = 1 << 30; // Spans hold fewer than 2^31 bytes.
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var plain = tensor.detach().cpu().contiguous();
        var data = Ops.DataPointer(plain);
        for (long at = 0, size = SizeOf(plain); at < size; at += Slice)
            file.Write(new ReadOnlySpan<byte>((byte*)data + at, (int)Math.Min(Slice, size - at)));
        GC.KeepAlive(plain);
    }
}
