using TrlSharp.Batches;
using TrlSharp.Models;
using static TorchSharp.torch;

namespace TrlSharp.Generation;

/// <summary>
/// Writes completions with a cache of keys and values. Prompts of different lengths run side by side as packed rows, so there is no padding and nothing to mask, and a
/// sequence that ends makes room for the next prompt at once. B sequences in the pass, T tokens, D hidden size, V vocabulary.
/// </summary>
public static class TokenGenerator
{
    /// <summary>Tokens of prompts that are read in one pass, at most; a longer prompt is read alone.</summary>
    private const int PrefillTokens = 4096;

    /// <summary>Completes every prompt.</summary>
    /// <param name="model">The model; adapters that are switched on take part.</param>
    /// <param name="prompts">Tokens, at least one each.</param>
    /// <param name="config">Sampling and stopping.</param>
    /// <param name="options">Batch size, streaming; null for the defaults.</param>
    /// <param name="cancellation">Ends generation; what was written so far is returned.</param>
    /// <returns>One completion per prompt, in their order.</returns>
    /// <exception cref="ConfigException">A setting is out of range, a prompt is empty, or a token is outside of the vocabulary.</exception>
    public static IReadOnlyList<Completion> Generate(
        CausalLM model, IReadOnlyList<IReadOnlyList<int>> prompts, SamplingConfig config, GenerationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(config);
        options ??= new();
        Check(model, prompts, config, options);
        var sequences = prompts.Select((prompt, i) => new WrittenSequence(model, i, prompt, config)).ToList();
        var waiting = new Queue<WrittenSequence>(sequences);
        var active = new List<WrittenSequence>();
        using var withoutGraph = inference_mode();
        try
        {
            while ((waiting.Count > 0 || active.Count > 0) && !cancellation.IsCancellationRequested)
            {
                while (active.Count < options.BatchSize && waiting.TryDequeue(out var next)) active.Add(next);
                foreach (var sequence in active) sequence.Prepare();
                foreach (var group in Groups(active)) Step(model, group, config, options);
                foreach (var ended in active.Where(s => s.Reason is not null)) ended.Release();
                active.RemoveAll(s => s.Reason is not null);
            }
        }
        finally
        {
            foreach (var sequence in sequences) sequence.Release();
        }

        return [.. sequences.Select(s => new Completion(s.Completion, s.LogProbabilities, s.Reason ?? StopReason.Cancelled))];
    }

    /// <summary>Sequences that are read in one pass: all that need one token, and prompts up to the limit.</summary>
    private static List<List<WrittenSequence>> Groups(List<WrittenSequence> active)
    {
        var groups = new List<List<WrittenSequence>> { new() };
        var tokens = 0;
        foreach (var sequence in active.OrderBy(s => s.Unread > 1))
        {
            if (tokens > 0 && tokens + sequence.Unread > PrefillTokens)
            {
                groups.Add([]);
                tokens = 0;
            }

            groups[^1].Add(sequence);
            tokens += sequence.Unread;
        }

        return groups;
    }

    private static void Step(CausalLM model, List<WrittenSequence> group, SamplingConfig config, GenerationOptions options)
    {
        using var scope = NewDisposeScope();
        var logits = NextLogits(model, group); // [B, V]
        var scores = logits.to(ScalarType.Float32).cpu().contiguous();
        var vocabulary = (int)scores.size(1);
        var data = scores.data<float>().ToArray();
        for (var i = 0; i < group.Count; i++)
        {
            var (token, logProbability) = group[i].Choose(data.AsSpan(i * vocabulary, vocabulary));
            options.OnToken?.Invoke(new(group[i].Index, token, logProbability));
            group[i].Stop(config, options.Decode);
        }
    }

    private static Tensor NextLogits(CausalLM model, List<WrittenSequence> group)
    {
        using var scope = NewDisposeScope();
        var layout = SequenceLayout.FromLengths(group.Select(s => s.Unread));
        var tokens = tensor(group.SelectMany(s => s.UnreadTokens()).ToArray(), device: model.Device); // [T]
        var hidden = model.HiddenStates(tokens, layout, [.. group.Select(s => s.Cache)]); // [T, D]
        var last = tensor(layout.Starts.Skip(1).Select(end => end - 1L).ToArray(), device: model.Device); // [B]
        return model.Logits(layout.Length == group.Count ? hidden : hidden.index_select(0, last)).MoveToOuterDisposeScope(); // [B, V]
    }

    private static void Check(CausalLM model, IReadOnlyList<IReadOnlyList<int>> prompts, SamplingConfig config, GenerationOptions options)
    {
        var problems = config.Problems().ToList();
        if (config.StopStrings.Count > 0 && options.Decode is null) problems.Add("stop strings need a decoder.");
        if (options.BatchSize < 1) problems.Add($"the batch size is {options.BatchSize}; it must be at least 1.");
        if (config.StopTokens.Concat(prompts.SelectMany(p => p)).Where(t => t < 0 || t >= model.VocabularySize).Cast<int?>().FirstOrDefault() is { } token)
            problems.Add($"token {token} is outside of the vocabulary of {model.VocabularySize}.");
        for (var i = 0; i < prompts.Count; i++) if (prompts[i].Count == 0) problems.Add($"prompt {i} is empty; a model needs at least one token to start from.");
        if (model.MaxPositions is { } limit)
            for (var i = 0; i < prompts.Count; i++) if (prompts[i].Count > limit) problems.Add($"prompt {i} has {prompts[i].Count} tokens, but the model has {limit} positions.");
        if (problems.Count > 0) throw new ConfigException($"Generation: {string.Join(" ", problems)}");
    }
}
