using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TrlSharp.Cache;

/// <summary>
/// The address of prepared data: SHA-256 over everything that decides it. Equal keys mean equal results; a file's name, place or date mean nothing, its bytes
/// everything.
/// </summary>
public sealed class CacheKey : IDisposable
{
    private const int BlockSize = 1 << 20;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>A key of this version of the program's preparation.</summary>
    /// <param name="version">Changes whenever the same input gives another result.</param>
    public CacheKey(string version) => Add("version", version);

    /// <summary>A named text: a template's source, a policy, options as JSON.</summary>
    public CacheKey Add(string name, string value) => Add(name, Encoding.UTF8.GetBytes(value));

    /// <summary>Named bytes: the contents of tokenizer.json.</summary>
    public CacheKey Add(string name, ReadOnlySpan<byte> value)
    {
        Head(name, value.Length);
        _hash.AppendData(value);
        return this;
    }

    /// <summary>The bytes of a data file.</summary>
    /// <exception cref="DataException">The file cannot be read.</exception>
    public CacheKey AddFile(string path)
    {
        using var stream = Rows.DataFile.OpenRaw(path);
        Head("file", stream.Length);
        var block = new byte[BlockSize];
        for (int read; (read = Rows.DataFile.Read(stream, block, path)) > 0;) _hash.AppendData(block, 0, read);
        return this;
    }

    /// <summary>64 hexadecimal digits. The key can be added to no more.</summary>
    public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    /// <summary>Name and length in front, so that no two lists of values run together alike.</summary>
    private void Head(string name, long length)
    {
        var text = Encoding.UTF8.GetBytes(name);
        Span<byte> numbers = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(numbers, text.Length);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[8..], length);
        _hash.AppendData(numbers);
        _hash.AppendData(text);
    }
}
