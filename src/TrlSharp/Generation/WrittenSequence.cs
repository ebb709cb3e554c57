using TrlSharp.Models.Attention;
using TrlSharp.Models;

namespace TrlSharp.Generation;

/// <summary>A prompt and what was written after it so far.</summary>
internal sealed class WrittenSequence(CausalLM model, long index, IReadOnlyList<int> prompt, SamplingConfig config, KeyValueCache? cache = null)
{
    private readonly TokenSampler _sampler = new(config, SeededRandom.ForPart(config.Seed, index));
    private readonly List<int> _completion = [];
    private readonly List<float> _logProbabilities = [];

    /// <summary>Number of the prompt, which decides what random numbers it gets.</summary>
    public long Index => index;

    /// <summary>Null while it goes on.</summary>
    public StopReason? Reason { get; private set; }

    /// <summary>Tokens that the model has not read.</summary>
    public int Unread => prompt.Count + _completion.Count - Cache.Length;

    /// <summary>Keys and values of what the model has read.</summary>
    public KeyValueCache Cache { get; } = cache ?? model.NewCache();

    /// <summary>LongRoPE turns all keys anew when a text outgrows the context of the first training: then what is cached is read again.</summary>
    public void Prepare()
    {
        if (model.Decoder.RestartAbove is { } limit && Cache.Length <= limit && prompt.Count + _completion.Count > limit) Cache.Clear();
    }

    public IEnumerable<long> UnreadTokens()
    {
        for (var i = Cache.Length; i < prompt.Count + _completion.Count; i++) yield return i < prompt.Count ? prompt[i] : _completion[i - prompt.Count];
    }

    public (int Token, float LogProbability) Choose(ReadOnlySpan<float> logits)
    {
        var choice = _sampler.Next(logits, prompt, _completion);
        _completion.Add(choice.Token);
        _logProbabilities.Add(choice.LogProbability);
        return choice;
    }

    /// <summary>Notes whether the last token was the last.</summary>
    public void Stop(SamplingConfig settings, Func<IReadOnlyList<int>, string>? decode)
    {
        if (settings.StopTokens.Contains(_completion[^1])) Reason = StopReason.StopToken;
        else if (settings.StopStrings.Count > 0 && HasStopString(settings.StopStrings, decode!)) Reason = StopReason.StopString;
        else if (_completion.Count >= settings.MaxNewTokens) Reason = StopReason.MaxNewTokens;
        else if (prompt.Count + _completion.Count >= model.MaxPositions) Reason = StopReason.ContextFull;
    }

    /// <summary>What was written so far; as long as it goes on, the reason is that somebody stopped it.</summary>
    public Completion ToCompletion() => new([.. _completion], [.. _logProbabilities], Reason ?? StopReason.Cancelled);

    /// <summary>Frees the memory, unless the cache is somebody else's.</summary>
    public void Release()
    {
        if (cache is null) Cache.Clear();
    }

    /// <summary>Looks at the end only: a character has at most 4 bytes and a token of text at least one.</summary>
    private bool HasStopString(IReadOnlyList<string> stops, Func<IReadOnlyList<int>, string> decode)
    {
        var tail = 4 * stops.Max(s => s.Length) + 16;
        var text = decode(_completion.Count <= tail ? _completion : _completion.GetRange(_completion.Count - tail, tail));
        return stops.Any(stop => text.Contains(stop, StringComparison.Ordinal));
    }
}
