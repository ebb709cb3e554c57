using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using TrlSharp.Tokenization.Added;
using TrlSharp.Tokenization.Models;
using TrlSharp.Tokenization.Normalizers;
using TrlSharp.Tokenization.PostProcessors;
using TrlSharp.Tokenization.PreTokenizers;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization;

/// <summary>
/// Text to tokens: added tokens of the raw text, normalizer, added tokens of the normalized text, pre-tokenizers, model, post-processor.
/// Immutable but for the pool of buffers.
/// </summary>
internal sealed class EncodingPipeline(
    AddedVocabulary added, Normalizer? normalizer, PreTokenizer? preTokenizer, TokenModel model, PostProcessor? postProcessor, LengthLimits limits)
{
    private readonly ConcurrentBag<EncodingState> _idle = [];
    private readonly bool _trimsRanges = postProcessor?.TrimsRanges ?? false;

    /// <summary>Finds the pieces, where these are the words of a text that nothing has rewritten; null where more happens to a text.</summary>
    private readonly WordScanner? _words = added.Normalized.IsEmpty ? preTokenizer?.Words : null;

    public AddedVocabulary Added => added;

    /// <summary>The same pipeline with <paramref name="tokens"/> on top of its added tokens.</summary>
    public EncodingPipeline With(IEnumerable<AddedToken> tokens) =>
        new(AddedVocabulary.Create(model.Vocabulary, normalizer, [.. added.Tokens, .. tokens]), normalizer, preTokenizer, model, postProcessor, limits);

    public TokenModel Model => model;

    public void Encode(ReadOnlySpan<char> text, List<EncodedToken> output, bool addSpecialTokens, AddedTokenGate? gate, bool limitLength = false)
    {
        if (!_idle.TryTake(out var state)) state = new EncodingState();
        var first = output.Count;
        state.Original.SetWellFormed(text);
        state.MatchedTexts.Clear();
        Encode(state, output, gate, TextPlace.Beginning);
        var cut = limitLength ? limits.Cut(output, first, addSpecialTokens ? postProcessor?.AddedCount ?? 0 : 0) : 0;
        postProcessor?.Apply(output, first, addSpecialTokens, new TokenStrings(state.Original.Chars, state.MatchedTexts, cut, model));
        if (limitLength) limits.Pad(output, first);
        state.Workspace.TrimExcess();
        _idle.Add(state);
    }

    /// <summary>A part of a text whose other parts are encoded apart from it; ranges are never trimmed.</summary>
    /// <param name="text">The part.</param>
    /// <param name="output">Receives the tokens.</param>
    /// <param name="gate">Where added tokens may be recognised.</param>
    /// <param name="place">What comes before it.</param>
    /// <param name="from">Where to go on, if the output has the tokens up to there.</param>
    /// <param name="marks">Receives the ends of the added tokens.</param>
    /// <param name="known">Stretches with which others may end.</param>
    public void EncodePart(
        ReadOnlySpan<char> text, List<EncodedToken> output, AddedTokenGate? gate, TextPlace place, int from = 0, List<TokenMark>? marks = null, List<EncodedStretch>? known = null)
    {
        if (!_idle.TryTake(out var state)) state = new EncodingState();
        state.Original.SetWellFormed(text);
        state.Known = known;
        Encode(state, output, gate, place, from, marks);
        state.Known = null;
        state.Workspace.TrimExcess();
        _idle.Add(state);
    }

    /// <summary>Whether a word or an added token surely ends at a place inside a text, so that no token lies across it; false where encoding has to tell.</summary>
    public bool IsSurelyCutAt(ReadOnlySpan<char> text, int at, AddedTokenGate? gate)
    {
        if (_words is null) return false;
        if (!_idle.TryTake(out var state)) state = new EncodingState();
        state.Original.SetWellFormed(text);
        state.RawMatches.Clear();
        if (!added.Raw.IsEmpty) AddedTokenMatcher.Find(added.Raw, state.Original, gate, state.RawMatches);
        var (start, end, covered) = (0, text.Length, false);
        foreach (var match in state.RawMatches)
        {
            if (match.End <= at) start = match.End;
            else end = Math.Min(end, match.Start);
            covered |= match.Start < at && match.End > at;
        }

        var stretch = state.Original.Chars[start..Math.Max(start, end)];
        var isCut = !covered && (normalizer?.Keeps(stretch) ?? true);
        for (var word = 0; isCut && start + word != at && word < stretch.Length;)
        {
            word = _words.WordEnd(stretch, word);
            isCut = start + word <= at;
        }

        _idle.Add(state);
        return isCut;
    }

    private void Encode(EncodingState state, List<EncodedToken> output, AddedTokenGate? gate, TextPlace place, int from = 0, List<TokenMark>? marks = null)
    {
        state.RawMatches.Clear();
        if (!added.Raw.IsEmpty) AddedTokenMatcher.Find(added.Raw, state.Original, gate, state.RawMatches, from);
        var (at, covered) = (from, from);
        foreach (var match in state.RawMatches)
        {
            EncodeStretch(state, at, match.Start, output, gate, at == 0 ? place : TextPlace.AfterToken);
            if (_trimsRanges) state.MatchedTexts[output.Count] = state.Original.Chars[match.Start..match.End].ToString();
            output.Add(new EncodedToken(match.Token.Id, match.Start, match.End));

            // Behind a token that takes in white space the matcher goes on inside of that.
            marks?.Add(new(match.End, output.Count, match.Start >= covered && !match.Token.RightStrip));
            at = match.End;
            covered = Math.Max(covered, at);
        }

        EncodeStretch(state, at, state.Original.Length, output, gate, at == 0 ? place : TextPlace.AfterToken);
    }

    private void EncodeStretch(EncodingState state, int start, int end, List<EncodedToken> output, AddedTokenGate? gate, TextPlace place)
    {
        if (start >= end) return;
        var stretch = state.Stretch;
        stretch.Text.Set(state.Original.Chars[start..end], start);
        stretch.Place = place;
        normalizer?.Apply(stretch);
        state.NormalizedMatches.Clear();
        if (!added.Normalized.IsEmpty) AddedTokenMatcher.Find(added.Normalized, stretch.Text, gate, state.NormalizedMatches);
        if (state.NormalizedMatches.Count == 0)
        {
            EncodePart(state, stretch, output);
            return;
        }

        var at = 0;
        foreach (var match in state.NormalizedMatches)
        {
            EncodePart(state, at, match.Start, output);
            if (_trimsRanges) state.MatchedTexts[output.Count] = stretch.Text.Chars[match.Start..match.End].ToString();
            output.Add(new EncodedToken(match.Token.Id, stretch.Text.Start(match.Start), stretch.Text.End(match.End - 1)));
            at = match.End;
        }

        EncodePart(state, at, stretch.Text.Length, output);
    }

    private void EncodePart(EncodingState state, int start, int end, List<EncodedToken> output)
    {
        if (start >= end) return;
        state.Part.Place = start == 0 ? state.Stretch.Place : TextPlace.AfterToken;
        state.Part.Text.Clear(state.Stretch.Text.Start(start));
        state.Part.Text.Append(state.Stretch.Text, start, end);
        EncodePart(state, state.Part, output);
    }

    private void EncodePart(EncodingState state, TextBuffers buffers, List<EncodedToken> output)
    {
        if (buffers.Text.Length == 0 || Joins(state, buffers, output)) return;
        buffers.NextPieces().Add(0, buffers.Text.Length);
        buffers.SwapPieces();
        preTokenizer?.Apply(buffers);
        EncodePieces(state, buffers, output);
    }

    /// <summary>Encodes a text up to where it goes on like a known one, whose tokens it takes over from there on; false where it does not end like any.</summary>
    private bool Joins(EncodingState state, TextBuffers buffers, List<EncodedToken> output)
    {
        if (_words is null || state.Known is null || !buffers.Text.IsOriginalFrom(0, out var shift)) return false;
        foreach (var known in state.Known)
        {
            var text = buffers.Text.Chars;
            var that = known.Chars;
            var common = WordJoin.CommonEnd(text, that);
            if (common == 0 || !AlignedText.IsWellFormed(that) || !(normalizer?.Keeps(that) ?? true)) continue;
            var left = WordJoin.Find(_words, text, that, common, buffers.NextPieces());
            buffers.SwapPieces();
            EncodePieces(state, buffers, output);
            if (left == 0) return true;
            shift += text.Length - known.End;
            foreach (var token in known.From(that.Length - left)) output.Add(new(token.Id, token.Start + shift, token.End + shift));
            return true;
        }

        return false;
    }

    private void EncodePieces(EncodingState state, TextBuffers buffers, List<EncodedToken> output)
    {
        var (text, pieces) = (buffers.Text, buffers.Pieces);
        for (var i = 0; i < pieces.Count; i++)
        {
            var (start, end) = pieces[i];
            if (start == end) continue;
            var word = text.Chars[start..end];
            var first = output.Count;
            if (!state.Cache.TryGet(word, out var tokens))
            {
                model.Encode(word, state.Workspace, output);
                tokens = CollectionsMarshal.AsSpan(output)[first..];
                state.Cache.Add(word, tokens);
            }

            Emit(text, start, tokens, output, first);
        }
    }

    /// <summary>Writes tokens of a word with ranges of the original to their place in the output, where they may be already.</summary>
    private static void Emit(AlignedText text, int start, ReadOnlySpan<EncodedToken> tokens, List<EncodedToken> output, int first)
    {
        CollectionsMarshal.SetCount(output, first + tokens.Length);
        var target = CollectionsMarshal.AsSpan(output)[first..];
        if (text.IsOriginalFrom(start, out var shift))
        {
            for (var i = 0; i < tokens.Length; i++) target[i] = new EncodedToken(tokens[i].Id, tokens[i].Start + shift, tokens[i].End + shift);
            return;
        }

        for (var i = 0; i < tokens.Length; i++) target[i] = new EncodedToken(tokens[i].Id, text.Start(start + tokens[i].Start), text.End(start + tokens[i].End - 1));
    }
}
