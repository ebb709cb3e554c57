using TrlSharp.Tokenization.Text;
using TrlSharp.Tokenization.Unicode;

namespace TrlSharp.Tokenization.Normalizers;

/// <summary><c>NFC</c>, <c>NFD</c>, <c>NFKC</c>, <c>NFKD</c> (UAX #15) with the data of Unicode 9, as the reference has it.</summary>
internal sealed class UnicodeNormalizer(bool compose, bool compatible) : Normalizer
{
    public override bool Keeps(ReadOnlySpan<char> text) => compose && !compatible && NormalizationData.Instance.IsComposed(text);

    public override void Apply(TextBuffers buffers)
    {
        var data = NormalizationData.Instance;
        if (compose && !compatible && data.IsComposed(buffers.Text.Chars)) return;
        if (!compose && !buffers.Text.Chars.ContainsAnyInRange('\u00A0', '\uFFFF')) return;
        buffers.Changes.Clear();
        Decompose(data, buffers.Text.Chars, compatible, buffers.Changes);
        if (compose) Compose(data, buffers.Changes);
        buffers.Rewrite();
    }

    /// <summary>Full decomposition in canonical order. The first character of a decomposition replaces, the others are insertions.</summary>
    internal static void Decompose(NormalizationData data, ReadOnlySpan<char> text, bool compatible, List<TextChange> output)
    {
        var pending = output.Count;
        foreach (var rune in text.EnumerateRunes())
        {
            if (data.Decompose(rune.Value, compatible) is not { } parts)
            {
                pending = Add(data, output, new TextChange(rune.Value, 0), pending);
                continue;
            }

            for (var i = 0; i < parts.Length; i++) pending = Add(data, output, new TextChange(parts[i], i == 0 ? 0 : 1), pending);
        }

        SortFrom(data, output, pending);
    }

    private static int Add(NormalizationData data, List<TextChange> output, TextChange change, int pending)
    {
        if (data.CombiningClass(change.CodePoint) == 0)
        {
            SortFrom(data, output, pending);
            output.Add(change);
            return output.Count;
        }

        output.Add(change);
        return pending;
    }

    /// <summary>Orders marks by combining class. A stable merge: text with a million marks in a row exists to break what is quadratic.</summary>
    private static void SortFrom(NormalizationData data, List<TextChange> output, int pending)
    {
        if (output.Count - pending < 2) return;
        var sorted = output.Skip(pending).OrderBy(change => data.CombiningClass(change.CodePoint)).ToArray();
        output.RemoveRange(pending, sorted.Length);
        output.AddRange(sorted);
    }

    /// <summary>Composes in place what <see cref="Decompose"/> made; a removed character is counted at the one it went into.</summary>
    private static void Compose(NormalizationData data, List<TextChange> changes)
    {
        var (written, starter, lastClass) = (0, -1, -1);
        for (var i = 0; i < changes.Count; i++)
        {
            var (codePoint, change) = changes[i];
            var combiningClass = data.CombiningClass(codePoint);
            if (starter >= 0 && lastClass < combiningClass && data.Compose(changes[starter].CodePoint, codePoint) is >= 0 and var composed)
            {
                changes[starter] = new TextChange(composed, changes[starter].Change + change - 1);
                continue;
            }

            if (combiningClass == 0) (starter, lastClass) = (written, -1);
            else if (starter >= 0) lastClass = combiningClass;
            changes[written++] = changes[i];
        }

        changes.RemoveRange(written, changes.Count - written);
    }
}
