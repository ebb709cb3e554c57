using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using TrlSharp.Tokenization.Models;

namespace TrlSharp.Tokenization.Files;

/// <summary>Reads <c>model.merges</c>: <c>"a b"</c> or <c>["a", "b"]</c> per merge.</summary>
internal static class MergesReader
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static MergeTable Read(ref Utf8JsonReader reader, Utf8Vocabulary vocabulary, string continuingPrefix)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new ModelFolderException($"{TokenizerFile.Name}: model.merges must be an array.");
        var target = new Target(vocabulary, continuingPrefix);
        var buffer = new byte[1024];
        var second = new byte[1024];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                target.AddLine(VocabularyReader.Unescape(ref reader, ref buffer));
                continue;
            }

            if (reader.TokenType != JsonTokenType.StartArray || !reader.Read() || reader.TokenType != JsonTokenType.String) throw target.Bad();
            var left = VocabularyReader.Unescape(ref reader, ref buffer);
            if (!reader.Read() || reader.TokenType != JsonTokenType.String) throw target.Bad();
            var right = VocabularyReader.Unescape(ref reader, ref second);
            if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray) throw target.Bad();
            target.Add(left, right);
        }

        target.Merges.Freeze();
        return target.Merges;
    }

    /// <summary>Reads the lines of a <c>merges.txt</c>.</summary>
    public static MergeTable ReadLines(IEnumerable<string> lines, Utf8Vocabulary vocabulary)
    {
        var target = new Target(vocabulary, "");
        foreach (var line in lines) target.AddLine(Encoding.UTF8.GetBytes(line));
        target.Merges.Freeze();
        return target.Merges;
    }

    private sealed class Target(Utf8Vocabulary vocabulary, string continuingPrefix)
    {
        private readonly int _prefixLength = Encoding.UTF8.GetByteCount(continuingPrefix);
        private byte[] _merged = new byte[1024];
        private int _lastEntry = -1;

        public MergeTable Merges { get; } = new(Math.Max(1024, vocabulary.Count * 2));

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void AddLine(ReadOnlySpan<byte> line)
        {
            if (line.StartsWith("#version"u8)) return;
            var space = line.IndexOf((byte)' ');
            if (space < 0 || line[(space + 1)..].Contains((byte)' ')) throw Bad();
            Add(line[..space], line[(space + 1)..]);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Add(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
        {
            if (right.Length < _prefixLength) throw Bad();
            var length = left.Length + right.Length - _prefixLength;
            if (_merged.Length < length) _merged = new byte[length];
            left.CopyTo(_merged);
            right[_prefixLength..].CopyTo(_merged.AsSpan(left.Length));
            Merges.Add(Find(left), Find(right), FindMerged(_merged.AsSpan(0, length)));
        }

        private int FindMerged(ReadOnlySpan<byte> token)
        {
            _lastEntry = vocabulary.FindEntry(token, near: _lastEntry);
            return _lastEntry >= 0 ? vocabulary.Id(_lastEntry) : Find(token);
        }

        public ModelFolderException Bad() => new($"{TokenizerFile.Name}: model.merges[{Merges.RankCount}] must be \"left right\" or [left, right].");

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private int Find(ReadOnlySpan<byte> token)
        {
            var id = vocabulary.Find(token);
            return id >= 0 ? id : throw new ModelFolderException(
                $"{TokenizerFile.Name}: model.merges[{Merges.RankCount}] needs the token \"{VocabularyReader.Shown(token)}\", which the vocabulary lacks.");
        }
    }
}
