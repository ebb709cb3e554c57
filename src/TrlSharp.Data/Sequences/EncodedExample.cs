using System.Runtime.InteropServices;
using TrlSharp.Sequences.Proofs;
using TrlSharp.Tokenization;

namespace TrlSharp.Sequences;

/// <summary>
/// The tokens of one example, for the next example of the row. The two begin alike: everything up to the last added token in which both agree is taken
/// over, where they also agree in who wrote the text (that decides which control tokens count) and a little further (a longer token might have been
/// found). And what was an answer in the one is history in the other: its words are taken over where the text before it ends with a word.
/// </summary>
internal sealed class EncodedExample
{
    private readonly Tokenizer _tokenizer;
    private readonly ProvedExample _example;
    private readonly ContentGate? _gate;
    private readonly List<EncodedToken> _tokens;
    private readonly List<TokenMark> _marks = [];
    private readonly List<EncodedStretch> _stretches = [];
    private int _end, _refused;

    /// <param name="tokenizer">Of the model.</param>
    /// <param name="example">What is encoded.</param>
    /// <param name="gate">Which control tokens count; null: all.</param>
    /// <param name="tokens">Receives the tokens.</param>
    public EncodedExample(Tokenizer tokenizer, ProvedExample example, ContentGate? gate, List<EncodedToken> tokens) =>
        (_tokenizer, _example, _gate, _tokens) = (tokenizer, example, gate, tokens);

    /// <summary>Encodes up to the first cut.</summary>
    /// <param name="end">The first cut.</param>
    /// <param name="before">The example before this one; null for the first one.</param>
    public void Begin(int end, EncodedExample? before)
    {
        _end = end;
        var from = before?.Shared(_example, end, _gate is not null) ?? default;
        if (before is not null && from.End > 0) TakeOver(before, from);
        if (_gate is not null) _gate.Shift = 0;
        _tokenizer.EncodeBeginning(_example.Text.AsSpan(0, end), _tokens, from.End, _marks, before?._stretches, _gate?.Admits);
        _refused = _gate?.Refused.Count ?? 0;
    }

    /// <summary>Encodes the part between two cuts.</summary>
    /// <param name="from">The first cut.</param>
    /// <param name="to">The second cut.</param>
    /// <param name="afterText">Whether ordinary text, and not an added token, comes directly before it.</param>
    public void GoOn(int from, int to, bool afterText)
    {
        if (_gate is not null) _gate.Shift = from;
        var (first, marks) = (_tokens.Count, new List<TokenMark>());
        _tokenizer.EncodeNext(_example.Text.AsSpan(from, to - from), _tokens, afterText, marks, _gate?.Admits);
        var tokens = CollectionsMarshal.AsSpan(_tokens);
        foreach (ref var token in tokens[first..]) token = new(token.Id, token.Start + from, token.End + from);
        foreach (var mark in marks)
        {
            var added = tokens[mark.Tokens - 1];
            if (added.Start > from) _stretches.Add(new(_example.Text, from, added.Start, _tokens, first, mark.Tokens - 1));
            (from, first) = (added.End, mark.Tokens);
        }

        if (from < to) _stretches.Add(new(_example.Text, from, to, _tokens, first, _tokens.Count));
    }

    private void TakeOver(EncodedExample before, TokenMark from)
    {
        _tokens.AddRange(CollectionsMarshal.AsSpan(before._tokens)[..from.Tokens]);
        foreach (var mark in before._marks)
            if (mark.End <= from.End) _marks.Add(mark);
        if (_gate is null || before._gate is null) return;
        for (var i = 0; i < before._refused; i++)
            if (before._gate.Refused[i] is var (start, token) && start < from.End) _gate.Refuse(start, token);
    }

    /// <summary>The last mark up to which another example gives the same tokens.</summary>
    private TokenMark Shared(ProvedExample other, int end, bool gated)
    {
        if (gated != _gate is not null) return default;
        var limit = Math.Min(_end, end);
        limit = _example.Text.AsSpan(0, limit).CommonPrefixLength(other.Text.AsSpan(0, limit));
        if (gated) limit = Math.Min(limit, AlikeInOrigin(_example, other));
        limit -= _tokenizer.Sight;
        for (var i = _marks.Count - 1; i >= 0; i--)
            if (_marks[i].GoesOn && _marks[i].End <= limit) return _marks[i];
        return default;
    }

    /// <summary>Up to where the template wrote the same characters of both.</summary>
    private static int AlikeInOrigin(ProvedExample example, ProvedExample other)
    {
        var count = Math.Min(example.Spans.Count, other.Spans.Count);
        for (var i = 0; i < count; i++)
        {
            var (span, that) = (example.Spans[i], other.Spans[i]);
            if (RenderIndex.IsTemplateText(span) != RenderIndex.IsTemplateText(that)) return span.Start;
            if (span.End != that.End) return Math.Min(span.End, that.End);
        }

        return count == 0 ? 0 : example.Spans[count - 1].End;
    }
}
