using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace TrlSharp.Cache;

/// <summary>
/// The address of prepared data: SHA-256 over everything that decides it. Equal keys mean equal results; a file's name, place or date mean nothing, its bytes
/// everything.
/// </summary>
public sealed class CacheKey : IDisposable
{
    private const int BlockSize = 1 << 23;

    /// <summary>So little that what was read is still in the processor's cache when it is hashed.</summary>
    private const int ReadSize = 1 << 18;

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

    /// <summary>The bytes of a data file: the hashes of its blocks, which all cores work out.</summary>
    /// <exception cref="DataException">The file cannot be read.</exception>
    public CacheKey AddFile(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
            var length = RandomAccess.GetLength(file);
            var hashes = new byte[(length + BlockSize - 1) / BlockSize][];
            Parallel.For(0, hashes.Length, block => hashes[block] = BlockHash(file, (long)block * BlockSize, (int)Math.Min(BlockSize, length - ((long)block * BlockSize))));
            Head("file", length);
            foreach (var hash in hashes) _hash.AppendData(hash);
            return this;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException || e.InnerException is IOException)
        {
            throw new DataException($"{path} cannot be read: {(e.InnerException ?? e).Message}", e);
        }
    }

    /// <summary>64 hexadecimal digits. The key can be added to no more.</summary>
    public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private static byte[] BlockHash(SafeFileHandle file, long start, int length)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Math.Min(length, ReadSize));
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (var at = 0; at < length;)
            {
                var read = RandomAccess.Read(file, bytes.AsSpan(0, Math.Min(length - at, ReadSize)), start + at);
                if (read == 0) throw new EndOfStreamException("the file became shorter while it was read.");
                hash.AppendData(bytes, 0, read);
                at += read;
            }

            return hash.GetHashAndReset();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

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
