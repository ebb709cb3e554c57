using TrlSharp.Sequences.Proofs;
using TrlSharp.Tokenization;

namespace TrlSharp.Sequences;

/// <summary>
/// A control token counts only where every character of it is the template's or the environment's own. Words that are no control tokens always count.
/// </summary>
internal sealed class ContentGate
{
    private readonly ProvedExample _example;
    private List<(int Start, string Token)>? _refused;

    public ContentGate(ProvedExample example) => (_example, Admits) = (example, Admit);

    public AddedTokenGate Admits { get; }

    /// <summary>Where the part that is encoded begins in the text.</summary>
    public int Shift { get; set; }

    /// <summary>Control tokens that content spells, each where it was met.</summary>
    public IReadOnlyList<(int Start, string Token)> Refused => _refused ?? (IReadOnlyList<(int, string)>)[];

    /// <summary>As if one had been met here.</summary>
    public void Refuse(int start, string token) => (_refused ??= []).Add((start, token));

    private bool Admit(int start, int end, AddedToken token)
    {
        if (!token.Special || IsTemplateText(start + Shift, end + Shift, token)) return true;
        Refuse(start + Shift, token.Content);
        return false;
    }

    private bool IsTemplateText(int start, int end, AddedToken token)
    {
        if (token.LeftStrip) while (start < end && char.IsWhiteSpace(_example.Text[start])) start++;
        if (token.RightStrip) while (end > start && char.IsWhiteSpace(_example.Text[end - 1])) end--;
        int low = 0, high = _example.Spans.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_example.Spans[middle].End <= start) low = middle + 1;
            else high = middle;
        }

        for (; low < _example.Spans.Count && _example.Spans[low].Start < end; low++)
            if (!RenderIndex.IsTemplateText(_example.Spans[low])) return false;
        return true;
    }
}
