using System.Text;

namespace TrlSharp.Tokenization.Models;

/// <summary>
/// First symbols of a word whose characters are symbols. The order of things for unknown characters is the reference's: a pending unknown
/// token is written when the next known character comes, so after byte tokens that follow it.
/// </summary>
internal static class CharacterSymbols
{
    public static int Fill(BytePairModel model, ReadOnlySpan<char> piece, ModelWorkspace workspace)
    {
        workspace.Symbols.Reserve((piece.Length * 3) + 1);
        var (ids, lengths) = (workspace.Symbols.Ids, workspace.Symbols.Lengths);
        var affixes = model.Options.ContinuingSubwordPrefix.Length + model.Options.EndOfWordSuffix.Length > 0;
        var (count, pending) = (0, 0);
        Span<byte> bytes = stackalloc byte[4];
        for (var at = 0; at < piece.Length;)
        {
            // The usual case: a character of the Basic Multilingual Plane that is a symbol.
            if (!affixes && pending == 0 && !char.IsSurrogate(piece[at]) && model.SymbolOf(piece[at]) is >= 0 and var symbol)
            {
                (ids[count], lengths[count++]) = (symbol, piece[at] < 0x80 ? 1 : piece[at] < 0x800 ? 2 : 3);
                at++;
                continue;
            }

            Rune.DecodeFromUtf16(piece[at..], out var character, out var width);
            var size = character.Utf8SequenceLength;
            var id = affixes ? WithAffixes(model, piece, at, width) : model.SymbolOf(character);
            at += width;
            if (id >= 0)
            {
                if (pending > 0) (ids[count], lengths[count++], pending) = (model.Unknown, pending, 0);
                (ids[count], lengths[count++]) = (id, size);
                continue;
            }

            character.EncodeToUtf8(bytes);
            if (model.Options.ByteFallback && HasAll(model, bytes[..size]))
            {
                foreach (var b in bytes[..size]) (ids[count], lengths[count++]) = (model.Fallback[b], 1);
                continue;
            }

            if (!model.CanBeUnknown) continue;
            if (pending > 0 && !model.Options.FuseUnknown) (ids[count], lengths[count++], pending) = (model.Unknown, pending, 0);
            pending += size;
        }

        if (pending > 0) (ids[count], lengths[count++]) = (model.Unknown, pending);
        return count;
    }

    private static int WithAffixes(BytePairModel model, ReadOnlySpan<char> piece, int at, int width)
    {
        var prefix = at > 0 ? model.Options.ContinuingSubwordPrefix : "";
        var suffix = at + width == piece.Length ? model.Options.EndOfWordSuffix : "";
        return model.Vocabulary.Find(string.Concat(prefix, piece.Slice(at, width), suffix));
    }

    private static bool HasAll(BytePairModel model, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
            if (model.Fallback[b] < 0) return false;
        return true;
    }
}
