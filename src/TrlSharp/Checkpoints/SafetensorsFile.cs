using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Checkpoints;

/// <summary>
/// A safetensors file opened for reading. The data is mapped, not read: tensors share the memory of the page cache, pages come in when they are touched,
/// and writing to a tensor changes the copy in this process only, never the file. The mapping lives as long as any tensor on it.
/// </summary>
/// <remarks>While tensors are in use the file must not be cut short by another program; replacing it by renaming another over it is safe.</remarks>
public sealed class SafetensorsFile
{
    private readonly SafetensorsHeader _header;
    private readonly Dictionary<string, SafetensorsEntry> _entries;
    private readonly Lazy<Tensor> _bytes;

    private SafetensorsFile(string path, SafetensorsHeader header)
    {
        Path = path;
        _header = header;
        _entries = header.Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        _bytes = new(() => Map(path, header));
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Texts that the writer stored beside the tensors; transformers wants <c>format: pt</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>The tensors in the order of the header.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => _header.Entries;

    /// <summary>Reads and checks the header; touches no data.</summary>
    /// <exception cref="ModelFolderException">The file is missing or breaks a rule of the format; the message says which.</exception>
    public static SafetensorsFile Open(string path) => new(path, SafetensorsHeader.Read(path));

    /// <summary>Whether a tensor of that name exists.</summary>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>The description of a tensor.</summary>
    /// <exception cref="ModelFolderException">There is none of that name.</exception>
    public SafetensorsEntry Entry(string name) =>
        _entries.GetValueOrDefault(name) ?? throw new ModelFolderException($"{Path} has no tensor {name}.");

    /// <summary>
    /// A tensor in its stored type, on the CPU, without copying (where the file's alignment does not allow that, a copy). It belongs to the current dispose scope.
    /// </summary>
    /// <exception cref="ModelFolderException">There is none of that name, or libtorch has no such element type here.</exception>
    public Tensor Read(string name)
    {
        var entry = Entry(name);
        var type = SafetensorsDtype.ToScalarType(entry.Dtype)
            ?? throw new ModelFolderException($"{Path}: tensor {name} has the element type {entry.Dtype}, which TorchSharp does not have. Store the model in BF16, F16 or F32.");
        using var scope = NewDisposeScope();
        if (entry.Start == entry.End) return empty(entry.Shape.ToArray(), dtype: type).MoveToOuterDisposeScope();
        var slice = _bytes.Value.narrow(0, entry.Start, entry.End - entry.Start); // [bytes]
        var size = SafetensorsDtype.Bits(entry.Dtype)!.Value / 8;
        if (entry.Start % size != 0) slice = slice.clone();
        return Ops.Alias(Ops.ViewAs(slice, type), [.. entry.Shape]).MoveToOuterDisposeScope();
    }

    /// <summary>libtorch's own mapping of the whole file: private (copy on write), and unmapped with the last tensor on it.</summary>
    private static Tensor Map(string path, SafetensorsHeader header)
    {
        try
        {
            NativeLibraries.EnsureLoaded();
            return from_file(path, shared: false, size: header.Entries.Max(entry => entry.End), dtype: uint8).DetachFromDisposeScope(); // [file]
        }
        catch (System.Runtime.InteropServices.ExternalException e)
        {
            throw new ModelFolderException($"{path} cannot be mapped: {e.Message.Split('\n')[0]}", e);
        }
    }
}
