using System.Text;
using TrlSharp.Tokenization.Text;
using TrlSharp.Tokenization.Unicode;

namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary>
/// Stretches of one script (<c>UnicodeScripts</c>), where kana count as Han. A character of every script (a space, an unassigned one) continues
/// what it follows; before the first other character it belongs to no stretch.
/// </summary>
internal sealed class ScriptPattern : TextPattern
{
    private const int AnyScript = 0;
    private const int ProlongedSoundMark = 0x30FC;

    private static readonly Lazy<(int[] Firsts, int[] Lasts, int[] Scripts, int Han)> Table = new(Read);

    public override void FindAll(ReadOnlySpan<char> text, PieceList matches)
    {
        var (start, last) = (-1, AnyScript);
        for (var at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf16(text[at..], out var rune, out var width);
            var script = ScriptOf(rune.Value);
            if (script != AnyScript && script != last)
            {
                if (start >= 0) matches.Add(start, at);
                (start, last) = (at, script);
            }

            at += width;
        }

        if (start >= 0) matches.Add(start, text.Length);
    }

    private static int ScriptOf(int codePoint)
    {
        var (firsts, lasts, scripts, han) = Table.Value;
        if (codePoint == ' ') return AnyScript;
        if (codePoint == ProlongedSoundMark) return han;
        var at = Array.BinarySearch(firsts, codePoint);
        if (at < 0) at = ~at - 1;
        return at >= 0 && codePoint <= lasts[at] ? scripts[at] : AnyScript;
    }

    private static (int[] Firsts, int[] Lasts, int[] Scripts, int Han) Read()
    {
        var lines = UnicodeData.Lines("scripts-9.0.txt").OrderBy(line => UnicodeData.CodePoint(line[1])).ToArray();
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal) { ["han"] = 1, ["hiragana"] = 1, ["katakana"] = 1 };
        foreach (var line in lines) numbers.TryAdd(line[0], numbers.Count);
        return ([.. lines.Select(line => UnicodeData.CodePoint(line[1]))], [.. lines.Select(line => UnicodeData.CodePoint(line[2]))], [.. lines.Select(line => numbers[line[0]])], numbers["han"]);
    }
}
