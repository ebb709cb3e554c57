namespace TrlSharp.Tokenization;

/// <summary>
/// Decodes ids as they come. Text is given out once the ids that follow cannot change it: never half a character, and with the spaces that
/// decoding all ids at once would put there.
/// </summary>
/// <remarks>The algorithm is <c>DecodeStream</c> of huggingface/tokenizers: only the ids since the last complete text are decoded again.</remarks>
public sealed class DecodeStream
{
    private readonly TokenDecoder _decoder;
    private readonly bool _skipSpecialTokens;
    private readonly List<int> _ids = [];
    private string _prefix = "";
    private int _prefixIds;

    internal DecodeStream(TokenDecoder decoder, bool skipSpecialTokens) => (_decoder, _skipSpecialTokens) = (decoder, skipSpecialTokens);

    /// <summary>Takes the next id and returns the text that it completes, or null when more ids are needed.</summary>
    /// <exception cref="DataException">The decoder rewrote text that was already given out.</exception>
    public string? Step(int id)
    {
        if (_prefix.Length == 0 && _ids.Count > 0 && Decode() is var pending && !pending.EndsWith('\uFFFD')) (_prefix, _prefixIds) = (pending, _ids.Count);
        _ids.Add(id);
        var text = Decode();
        if (text.Length <= _prefix.Length || text.EndsWith('\uFFFD')) return null;
        if (!text.StartsWith(_prefix, StringComparison.Ordinal))
            throw new DataException($"Decoding token {id} changed text that was already given out: \"{_prefix}\" became \"{text}\". Decode all ids at once instead.");
        var added = text[_prefix.Length..];
        var kept = _ids.Count - _prefixIds;
        _ids.RemoveRange(0, _prefixIds);
        (_prefix, _prefixIds) = (Decode(), kept);
        return added;
    }

    private string Decode() => _decoder.Decode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_ids), _skipSpecialTokens);
}
