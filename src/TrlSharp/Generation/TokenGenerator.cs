using TrlSharp.Models;

namespace TrlSharp.Generation;

/// <summary>Writes completions of tokens, with a cache of keys and values: all at once, one by one as they end, or token by token.</summary>
public static class TokenGenerator
{
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
        GenerationRun.ThrowIfAny(GenerationRun.Problems(model, config, options).Concat(prompts.Select((p, i) => GenerationRun.Problem(model, options.FirstSequence + i, p)).OfType<string>()));
        var completions = new Completion[prompts.Count];
        using var run = new GenerationRun(model, prompts, config, options);
        while (!cancellation.IsCancellationRequested && run.Step().Count > 0)
            foreach (var sequence in run.Active.Where(s => s.Reason is not null)) completions[sequence.Index - options.FirstSequence] = sequence.ToCompletion();
        foreach (var sequence in run.Active) completions[sequence.Index - options.FirstSequence] = sequence.ToCompletion();
        for (var i = 0; i < completions.Length; i++) completions[i] ??= new([], [], StopReason.Cancelled);
        return completions;
    }

    /// <summary>Completes prompts as they are drawn from a sequence of any length, and gives each completion when it has ended; short ones overtake long ones.</summary>
    /// <param name="model">The model; adapters that are switched on take part.</param>
    /// <param name="prompts">Tokens, at least one each; read when there is room in the batch.</param>
    /// <param name="config">Sampling and stopping.</param>
    /// <param name="options">Batch size, streaming; null for the defaults.</param>
    /// <param name="cancellation">Ends the enumeration; completions that have not ended are lost.</param>
    /// <exception cref="ConfigException">As in <see cref="Generate"/>.</exception>
    public static IEnumerable<EndedCompletion> GenerateEach(
        CausalLM model, IEnumerable<IReadOnlyList<int>> prompts, SamplingConfig config, GenerationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(config);
        return Each();

        IEnumerable<EndedCompletion> Each()
        {
            using var run = new GenerationRun(model, prompts, config, options ?? new());
            while (!cancellation.IsCancellationRequested && run.Step().Count > 0)
                foreach (var ended in run.Active.Where(s => s.Reason is not null).ToList()) yield return new(ended.Index, ended.ToCompletion());
        }
    }

    /// <summary>Writes one completion token by token; the caller may stop at any time.</summary>
    /// <param name="model">The model; adapters that are switched on take part.</param>
    /// <param name="prompt">Tokens, at least one.</param>
    /// <param name="config">Sampling and stopping.</param>
    /// <param name="options">The decoder of stop strings, the number of the sequence; null for the defaults.</param>
    /// <param name="cancellation">Ends the enumeration.</param>
    /// <exception cref="ConfigException">As in <see cref="Generate"/>.</exception>
    public static IEnumerable<GeneratedToken> Stream(
        CausalLM model, IReadOnlyList<int> prompt, SamplingConfig config, GenerationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(config);
        return Tokens();

        IEnumerable<GeneratedToken> Tokens()
        {
            using var run = new GenerationRun(model, [prompt], config, options ?? new());
            while (!cancellation.IsCancellationRequested && run.Step() is [var token]) yield return token;
        }
    }
}
