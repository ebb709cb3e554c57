using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.Models;

/// <summary>Byte-pair encoding (arXiv:1508.07909) with every option of <c>tokenizer.json</c> but dropout.</summary>
internal sealed class BytePairModel : TokenModel
{
    private readonly MergeTable _merges;
    private readonly BytePairOptions _options;
    private readonly int[] _byteSymbols = new int[256];
    private readonly int[] _fallback = new int[256];
    private readonly int[] _charSymbols = new int[0x10000];
    private readonly int _unknown;

    /// <summary>For each ASCII character, the bytes of the longest token that begins with it.</summary>
    private readonly int[] _longestFrom = new int[128];

    /// <exception cref="ModelFolderException">An id is larger than the table of merges can hold.</exception>
    public BytePairModel(Utf8Vocabulary vocabulary, MergeTable merges, BytePairOptions options)
        : base(vocabulary)
    {
        if (vocabulary.MaxId >= MergeTable.IdLimit) throw new ModelFolderException($"The vocabulary has the id {vocabulary.MaxId}; TrlSharp reads byte-pair vocabularies with ids below {MergeTable.IdLimit}.");
        (_merges, _options) = (merges, options);
        _unknown = options.UnknownToken is null ? -1 : vocabulary.Find(options.UnknownToken);
        for (var b = 0; b < 256; b++)
        {
            _byteSymbols[b] = vocabulary.Find([ByteAlphabet.CharOf((byte)b)]);
            _fallback[b] = options.ByteFallback ? vocabulary.Find(string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>")) : -1;
        }

        FillCharSymbols();
        if (options is { IgnoreMerges: true, ByteLevel: true }) FillLongest();
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

    public override void Encode(ReadOnlySpan<char> piece, ModelWorkspace workspace, List<EncodedToken> tokens)
    {
        if (_options.IgnoreMerges && WholeWord(piece, workspace) is >= 0 and var whole)
        {
            tokens.Add(new EncodedToken(whole, 0, piece.Length));
            return;
        }

        if (_options.ByteLevel)
        {
            EncodeBytes(piece, workspace, tokens);
            return;
        }

        var first = tokens.Count;
        var count = CharacterSymbols.Fill(this, piece, workspace);
        var symbols = workspace.Symbols;
        if (count > LongWordMerger.WindowSymbols) LongWordMerger.Merge(_merges, new(symbols.Ids.AsSpan(0, count), symbols.Lengths.AsSpan(0, count)), workspace, tokens);
        else symbols.Emit(SymbolMerger.Merge(_merges, symbols, count), tokens, 0);
        ByteRanges.ToUnits(CollectionsMarshal.AsSpan(tokens)[first..], piece);
    }

    private void EncodeBytes(ReadOnlySpan<char> piece, ModelWorkspace workspace, List<EncodedToken> tokens)
    {
        var first = tokens.Count;
        var buffer = workspace.Bytes(piece.Length <= LongWordMerger.WindowSymbols ? piece.Length * 3 : Encoding.UTF8.GetByteCount(piece));
        var word = new WordSymbols(buffer[..Encoding.UTF8.GetBytes(piece, buffer)], _byteSymbols);
        var symbols = workspace.Symbols;
        if (word.Count > LongWordMerger.WindowSymbols) LongWordMerger.Merge(_merges, word, workspace, tokens);
        else symbols.Emit(SymbolMerger.Merge(_merges, symbols, word.CopyTo(symbols, 0, word.Count)), tokens, 0);

        // ASCII: bytes are characters.
        if (word.Count != piece.Length) ByteRanges.ToUnits(CollectionsMarshal.AsSpan(tokens)[first..], piece);
    }

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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FillLongest()
    {
        for (var entry = 0; entry < Vocabulary.Count; entry++)
        {
            var token = Vocabulary.Token(entry);
            if (Rune.DecodeFromUtf8(token, out var rune, out _) == OperationStatus.Done && rune.IsBmp && ByteAlphabet.ByteOf((char)rune.Value) is >= 0 and var first && first < _longestFrom.Length)
                _longestFrom[first] = Math.Max(_longestFrom[first], token.Length);
        }
    }

    private int WholeWord(ReadOnlySpan<char> piece, ModelWorkspace workspace)
    {
        if (!_options.ByteLevel) return Vocabulary.Find(piece);
        if (!piece.IsEmpty && piece[0] < _longestFrom.Length && piece.Length > _longestFrom[piece[0]]) return -1;
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
}
