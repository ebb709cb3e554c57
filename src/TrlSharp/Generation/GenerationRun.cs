using TrlSharp.Batches;
using TrlSharp.Models;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Generation;

/// <summary>
/// Sequences that are being written, one token each per step. Prompts of different lengths run side by side as packed rows, so there is no padding and nothing to
/// mask, and a sequence that ends makes room for the next prompt at once. B sequences in the pass, T tokens, D hidden size, V vocabulary.
/// </summary>
internal sealed class GenerationRun : IDisposable
{
    private readonly CausalLM _model;
    private readonly IEnumerator<IReadOnlyList<int>> _prompts;
    private readonly SamplingConfig _config;
    private readonly GenerationOptions _options;
    private readonly List<WrittenSequence> _active = [];
    private readonly List<GeneratedToken> _chosen = [];
    private long _next;

    public GenerationRun(CausalLM model, IEnumerable<IReadOnlyList<int>> prompts, SamplingConfig config, GenerationOptions options)
    {
        (_model, _prompts, _config, _options, _next) = (model, prompts.GetEnumerator(), config, options, options.FirstSequence);
        ThrowIfAny(Problems(model, config, options));
    }

    /// <summary>Sequences that have begun and not ended.</summary>
    public IReadOnlyList<WrittenSequence> Active => _active;

    /// <summary>Chooses one token for every sequence.</summary>
    /// <returns>The tokens, empty when all prompts are done. The list is reused by the next call.</returns>
    public IReadOnlyList<GeneratedToken> Step()
    {
        _chosen.Clear();
        foreach (var ended in _active.Where(s => s.Reason is not null)) ended.Release();
        _active.RemoveAll(s => s.Reason is not null);
        while (_active.Count < _options.BatchSize && _prompts.MoveNext()) _active.Add(Start(_prompts.Current));
        if (_active.Count == 0) return _chosen;
        using var withoutGraph = inference_mode();
        foreach (var sequence in _active) sequence.Prepare();
        try
        {
            foreach (var group in Groups().ToList()) Step(group);
        }
        catch
        {
            // Layers may have read different numbers of tokens.
            foreach (var sequence in _active) sequence.Cache.Clear();
            throw;
        }

        return _chosen;
    }

    public void Dispose()
    {
        foreach (var sequence in _active) sequence.Release();
        _active.Clear();
        _prompts.Dispose();
    }

    /// <summary>What is wrong with the settings.</summary>
    public static IEnumerable<string> Problems(CausalLM model, SamplingConfig config, GenerationOptions options)
    {
        foreach (var problem in config.Problems()) yield return problem;
        if (config.StopStrings.Count > 0 && options.Decode is null) yield return "stop strings need a decoder.";
        if (options.BatchSize < 1) yield return $"the batch size is {options.BatchSize}; it must be at least 1.";
        foreach (var token in config.StopTokens)
            if (token < 0 || token >= model.VocabularySize) yield return $"stop token {token} is outside of the model's vocabulary of {model.VocabularySize}.";
    }

    /// <summary>What is wrong with a prompt: empty, too long, or of another vocabulary.</summary>
    public static string? Problem(CausalLM model, long number, IReadOnlyList<int> prompt)
    {
        if (prompt.Count == 0) return $"prompt {number} is empty; a model needs at least one token to start from.";
        if (prompt.Count > model.MaxPositions) return $"prompt {number} has {prompt.Count} tokens, but the model has {model.MaxPositions} positions.";
        foreach (var token in prompt)
            if (token < 0 || token >= model.VocabularySize) return $"prompt {number} holds token {token}, outside of the model's vocabulary of {model.VocabularySize}.";
        return null;
    }

    public static void ThrowIfAny(IEnumerable<string> problems)
    {
        if (string.Join(" ", problems) is { Length: > 0 } all) throw new ConfigException($"Generation: {all}");
    }

    private WrittenSequence Start(IReadOnlyList<int> prompt)
    {
        ThrowIfAny(new[] { Problem(_model, _next, prompt) }.OfType<string>());
        return new(_model, _next++, prompt, _config, _options.Cache);
    }

    /// <summary>
    /// Sequences that are read in one pass: prompts one by one, because the rounding of a product of many rows depends on their number and nothing that is written may
    /// depend on what runs beside it; and all that need one token together, since <see cref="RowMatmul"/> gives every row the same whatever is beside it.
    /// </summary>
    private IEnumerable<List<WrittenSequence>> Groups()
    {
        foreach (var sequence in _active.Where(s => s.Unread > 1)) yield return [sequence];
        foreach (var together in _active.Where(s => s.Unread == 1).Chunk(RowMatmul.MostRows)) yield return [.. together];
    }

    private void Step(List<WrittenSequence> group)
    {
        using var scope = NewDisposeScope();
        var logits = NextLogits(group).to(ScalarType.Float32).cpu().contiguous(); // [B, V]
        var vocabulary = (int)logits.size(1);
        // The scores of 32 sequences over a large vocabulary would otherwise take as long as the model.
        var choices = new (int Token, float LogProbability)[group.Count];
        WorkTeam.Run(group.Count, get_num_threads(), i => choices[i] = group[i].Choose(Ops.Floats(logits).Slice(i * vocabulary, vocabulary)), followed: true);
        for (var i = 0; i < group.Count; i++)
        {
            var sequence = group[i];
            sequence.Stop(_config, _options.Decode);
            _chosen.Add(new(sequence.Index, choices[i].Token, choices[i].LogProbability, sequence.Reason));
            _options.OnToken?.Invoke(_chosen[^1]);
        }

        GC.KeepAlive(logits);
    }

    private Tensor NextLogits(List<WrittenSequence> group)
    {
        using var scope = NewDisposeScope();
        var layout = SequenceLayout.FromLengths(group.Select(s => s.Unread));
        var tokens = tensor(group.SelectMany(s => s.UnreadTokens()).ToArray(), device: _model.Device); // [T]
        var hidden = _model.HiddenStates(tokens, layout, [.. group.Select(s => s.Cache)]); // [T, D]
        var last = tensor(layout.Starts.Skip(1).Select(end => end - 1L).ToArray(), device: _model.Device); // [B]
        return _model.Logits(layout.Length == group.Count ? hidden : hidden.index_select(0, last)).MoveToOuterDisposeScope(); // [B, V]
    }
}
