using TrlSharp.Generation;
using TrlSharp.Models;
using TrlSharp.Rows;
using TrlSharp.Templates;
using TrlSharp.Tokenization;
using TrlSharp.Training;

namespace TrlSharp.Sft;

/// <summary>Answers a few prompts with the model as it is now, greedily and through its own template.</summary>
internal sealed class SampleGenerator
{
    private readonly CausalLM _model;
    private readonly Tokenizer _tokenizer;
    private readonly IReadOnlyList<string> _prompts;
    private readonly List<IReadOnlyList<int>> _tokens;
    private readonly SamplingConfig _sampling;

    /// <param name="model">In training.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="template">Null completes prompts as plain text.</param>
    /// <param name="prompts">As users would type them.</param>
    /// <param name="stops">Tokens that end an answer.</param>
    /// <param name="longest">Tokens of an answer at most.</param>
    /// <param name="now">For templates that ask for the date.</param>
    public SampleGenerator(CausalLM model, Tokenizer tokenizer, ChatTemplate? template, IReadOnlyList<string> prompts, IReadOnlyCollection<int> stops, int longest, DateTime? now)
    {
        (_model, _tokenizer, _prompts) = (model, tokenizer, prompts);
        _tokens = [.. prompts.Select(p => (IReadOnlyList<int>)[.. tokenizer.Encode(template is null ? p : Chat(template, p, now)).Select(t => t.Id)])];
        _sampling = new() { Temperature = 0, MaxNewTokens = longest, StopTokens = stops };
    }

    /// <summary>Prompts and answers.</summary>
    public IReadOnlyList<RunSample> Answer(CancellationToken stop)
    {
        var completions = TokenGenerator.Generate(_model, _tokens, _sampling, cancellation: stop);
        stop.ThrowIfCancellationRequested();
        return [.. _prompts.Zip(completions, (prompt, completion) => new RunSample(prompt, _tokenizer.Decode([.. completion.Tokens], skipSpecialTokens: false)))];
    }

    private static string Chat(ChatTemplate template, string prompt, DateTime? now) => template.Render(new RenderRequest
    {
        Messages = [RowValue.MapOf(("role", RowValue.Of("user")), ("content", RowValue.Of(prompt)))],
        AddGenerationPrompt = true,
        Now = now,
    }).Text;
}
