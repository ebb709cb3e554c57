using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.Models;

/// <summary>Byte-pair encoding (arXiv:1508.07909) with every option of <c>tokenizer.json</c> but dropout.</summary>
internal sealed class BytePairModel : TokenModel
{
    /// <summary>
    /// The tables for encoding from left to right take some 50 ms to make, as long as it takes to merge twice as many bytes as this. So they are made when that many have been merged, or
    /// would be by the next word.
    /// </summary>
    private const int ScanPays = 1 << 17;

    private readonly MergeTable _merges;
    private readonly BytePairOptions _options;
    private readonly int[] _byteSymbols = new int[256];
    private readonly int[] _fallback = new int[256];
    private readonly int[] _charSymbols = new int[0x10000];
    private readonly int _unknown;
    private readonly Lazy<BytePairScan?> _scan;
    private long _merged;

    public BytePairModel(Utf8Vocabulary vocabulary, MergeTable merges, BytePairOptions options)
        : base(vocabulary)
    {
        (_merges, _options) = (merges, options);
        _unknown = options.UnknownToken is null ? -1 : vocabulary.Find(options.UnknownToken);
        for (var b = 0; b < 256; b++)
        {
            _byteSymbols[b] = vocabulary.Find([ByteAlphabet.CharOf((byte)b)]);
            _fallback[b] = options.ByteFallback ? vocabulary.Find(string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>")) : -1;
        }

        FillCharSymbols();
        _scan = new Lazy<BytePairScan?>(() => BytePairScan.Fits(vocabulary) ? new BytePairScan(vocabulary, merges, _byteSymbols) : null);
    }

    public override string Type => "BPE";

    public MergeTable Merges => _merges;

    public BytePairOptions Options => _options;

    /// <summary>
    /// No merge makes a token with <paramref name="boundary"/> after anything but itself, and the boundary is a symbol of its own: text may
    /// then be cut before every run of it and encoded cut by cut, with the same result.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool IsCutBefore(char boundary)
    {
        if (_options.IgnoreMerges || _options.ByteLevel || _charSymbols[boundary] < 0) return false;
        if (_options.ContinuingSubwordPrefix.Length + _options.EndOfWordSuffix.Length > 0) return false;

        // What is dropped shifts the ranges of all that follows in its piece.
        if (_options.UnknownToken is null && _fallback.Contains(-1)) return false;
        Span<byte> mark = stackalloc byte[3];
        mark = mark[..Encoding.UTF8.GetBytes([boundary], mark)];
        for (var rank = 0; rank < _merges.RankCount; rank++)
        {
            if (!Vocabulary.TryGetBytes(_merges.Merged(rank), out var token)) return false;
            while (token.StartsWith(mark)) token = token[mark.Length..];
            if (token.IndexOf(mark) >= 0) return false;
        }

        return true;
    }

    /// <summary>Whether every byte has its character of the byte alphabet in the vocabulary.</summary>
    public static bool HasByteAlphabet(Utf8Vocabulary vocabulary)
    {
        for (var b = 0; b < 256; b++)
            if (vocabulary.Find([ByteAlphabet.CharOf((byte)b)]) < 0) return false;
        return true;
    }

    public override void Encode(ReadOnlySpan<char> piece, ModelWorkspace workspace)
    {
        if (_options.IgnoreMerges && WholeWord(piece, workspace) is >= 0 and var whole)
        {
            workspace.Tokens.Add(new EncodedToken(whole, 0, piece.Length));
            return;
        }

        if (_options.ByteLevel)
        {
            EncodeBytes(piece, workspace);
            return;
        }

        EmitByCharacter(piece, workspace, Merge(workspace, CharacterSymbols.Fill(this, piece, workspace)));
    }

    private void EncodeBytes(ReadOnlySpan<char> piece, ModelWorkspace workspace)
    {
        var buffer = workspace.Bytes(piece.Length * 3);
        var bytes = buffer[..Encoding.UTF8.GetBytes(piece, buffer)];

        if ((_scan.IsValueCreated || Interlocked.Add(ref _merged, bytes.Length) > ScanPays) && _scan.Value?.Encode(bytes, workspace) is >= 0 and var scanned)
        {
            Emit(piece, workspace, scanned, bytes.Length);
            return;
        }

        workspace.Symbols.Reserve(bytes.Length);
        var (ids, lengths) = (workspace.Symbols.Ids, workspace.Symbols.Lengths);
        for (var i = 0; i < bytes.Length; i++) (ids[i], lengths[i]) = (_byteSymbols[bytes[i]], 1);
        Emit(piece, workspace, Merge(workspace, bytes.Length), bytes.Length);
    }

    private int Merge(ModelWorkspace workspace, int count) =>
        count > LongWordMerger.Threshold ? LongWordMerger.Merge(_merges, workspace, count) : SymbolMerger.Merge(_merges, workspace.Symbols, count);

    /// <summary>The symbol of a character of the Basic Multilingual Plane on its own, or −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int SymbolOf(char character) => _charSymbols[character];

    /// <summary>The symbol of a character on its own, or −1.</summary>
    internal int SymbolOf(Rune character)
    {
        if (character.IsBmp) return _charSymbols[character.Value];
        Span<byte> bytes = stackalloc byte[4];
        return Vocabulary.Find(bytes[..character.EncodeToUtf8(bytes)]);
    }

    internal int Unknown => _unknown;

    /// <summary>Whether unknown characters become the unknown token; without one in the file they are dropped, as in the reference.</summary>
    internal bool CanBeUnknown => _unknown >= 0 || (_options.UnknownToken is null ? false : throw new DataException(
        $"The text has a character that the vocabulary lacks, and so does the unk_token \"{_options.UnknownToken}\". Add it to the vocabulary of tokenizer.json."));

    internal ReadOnlySpan<int> Fallback => _fallback;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FillCharSymbols()
    {
        Array.Fill(_charSymbols, -1);
        for (var entry = 0; entry < Vocabulary.Count; entry++)
        {
            var token = Vocabulary.Token(entry);
            if (token.Length is 0 or > 3) continue;
            Rune.DecodeFromUtf8(token, out var rune, out var length);
            if (length == token.Length && rune.IsBmp) _charSymbols[rune.Value] = Vocabulary.Id(entry);
        }
    }

    private int WholeWord(ReadOnlySpan<char> piece, ModelWorkspace workspace)
    {
        if (!_options.ByteLevel) return Vocabulary.Find(piece);
        var raw = workspace.Bytes(piece.Length * 9);
        var length = Encoding.UTF8.GetBytes(piece, raw);
        var mapped = raw[length..];
        var end = 0;
        for (var i = 0; i < length; i++)
        {
            var c = ByteAlphabet.CharOf(raw[i]);
            if (c >= 0x80) mapped[end++] = (byte)(0xC0 | (c >> 6));
            mapped[end++] = c >= 0x80 ? (byte)(0x80 | (c & 0x3F)) : (byte)c;
        }

        return Vocabulary.Find(mapped[..end]);
    }

    private static void Emit(ReadOnlySpan<char> piece, ModelWorkspace workspace, int count, int byteCount)
    {
        if (byteCount != piece.Length)
        {
            EmitByCharacter(piece, workspace, count);
            return;
        }

        // ASCII: bytes are characters.
        var first = workspace.Tokens.Count;
        CollectionsMarshal.SetCount(workspace.Tokens, first + count);
        var tokens = CollectionsMarshal.AsSpan(workspace.Tokens)[first..];
        var (ids, lengths) = (workspace.Symbols.Ids, workspace.Symbols.Lengths);
        for (int i = 0, at = 0; i < tokens.Length; i++) tokens[i] = new EncodedToken(ids[i], at, at += lengths[i]);
    }

    private static void EmitByCharacter(ReadOnlySpan<char> piece, ModelWorkspace workspace, int count)
    {
        // `unit` and `byteAt` stand at the first character that is not wholly before the current token.
        var (unit, byteAt, start) = (0, 0, 0);
        for (var i = 0; i < count; i++)
        {
            var end = start + workspace.Symbols.Lengths[i];
            var (size, width) = CharacterAt(piece, unit);
            while (byteAt + size <= start && unit < piece.Length)
            {
                (unit, byteAt) = (unit + width, byteAt + size);
                (size, width) = CharacterAt(piece, unit);
            }

            var (lastUnit, lastByte) = (unit, byteAt);
            while (lastByte < end && lastUnit < piece.Length)
            {
                (size, width) = CharacterAt(piece, lastUnit);
                (lastUnit, lastByte) = (lastUnit + width, lastByte + size);
            }

            workspace.Tokens.Add(new EncodedToken(workspace.Symbols.Ids[i], unit, lastUnit));
            start = end;
        }
    }

    private static (int Bytes, int Units) CharacterAt(ReadOnlySpan<char> piece, int unit)
    {
        if (unit >= piece.Length) return (1, 1);
        var c = piece[unit];
        return c < 0x80 ? (1, 1) : c < 0x800 ? (2, 1) : char.IsHighSurrogate(c) ? (4, 2) : (3, 1);
    }
}
