using TrlSharp.Examples;
using TrlSharp.Rows;
using TrlSharp.Templates;

namespace TrlSharp.Generation.Files;

/// <summary>From rows to prompts of tokens, and from completions to lines.</summary>
internal sealed class PromptReader(TextGenerator generator, GenerationJobOptions options)
{
    /// <summary>Columns that lines get; a row that has one of them already would lose it.</summary>
    private static readonly string[] Written = ["finish_reason", "num_tokens", "generation", "completion_ids", "logprobs"];

    private readonly ExampleReader _reader = new(new ExampleReaderOptions { Purpose = ExamplePurpose.Prompt });

    /// <summary>A row as the model gets it.</summary>
    internal sealed record Prompt(Row Row, PromptExample Example, string? Text, IReadOnlyList<int> Tokens);

    /// <exception cref="DataException">The row is no prompt, or the template or the model cannot take it.</exception>
    public Prompt Read(Row row, long number)
    {
        var example = (PromptExample)_reader.Read(row).Examples.Single();
        if (Written.FirstOrDefault(name => row.Value.Find(name) is not null) is { } taken)
            throw new DataException($"{row.Origin}: the row has a column \"{taken}\" already, which the output would replace. Rename it.");
        var (text, tokens) = Encode(row, example);
        return GenerationRun.Problem(generator.Model, number, tokens) is { } problem ? throw new DataException($"{row.Origin}: {problem}") : new(row, example, text, tokens);
    }

    /// <summary>The line of an answer: the row with <c>prompt</c> and <c>completion</c> as TRL's data sets have them.</summary>
    public string Line(Prompt prompt, int generation, Completion completion, SamplingConfig sampling)
    {
        var reply = generator.Decode(completion, sampling.StopStrings);
        var fields = new List<KeyValuePair<string, RowValue>>();
        foreach (var (key, value) in prompt.Row.Value.Fields)
        {
            if (key is "prompt" or "messages" or "conversations") continue;
            fields.Add(new(key == "completion" ? "reference_completion" : key, value));
        }

        fields.Insert(0, new("prompt", prompt.Example.Prompt));
        fields.Insert(1, new("completion", prompt.Text is null ? RowValue.Of(reply) : RowValue.List(Message(prompt, reply))));
        fields.Add(new("finish_reason", RowValue.Of(Reason(completion.Reason))));
        fields.Add(new("num_tokens", RowValue.Of((System.Numerics.BigInteger)completion.Tokens.Count)));
        if (options.NumGenerations > 1) fields.Add(new("generation", RowValue.Of((System.Numerics.BigInteger)generation)));
        if (options.WithLogProbabilities)
        {
            fields.Add(new("completion_ids", RowValue.List([.. completion.Tokens.Select(t => RowValue.Of((System.Numerics.BigInteger)t))])));
            fields.Add(new("logprobs", RowValue.List([.. completion.LogProbabilities.Select(p => RowValue.Of((double)p))])));
        }

        return RowValue.Map(fields).ToString();
    }

    private (string? Text, IReadOnlyList<int> Tokens) Encode(Row row, PromptExample example)
    {
        if (!example.IsConversational) return (null, generator.Encode(example.Prompt.Text));
        try
        {
            return generator.Encode(Request(example));
        }
        catch (TemplateException e)
        {
            throw new DataException($"{row.Origin}: {e.Message}", e);
        }
    }

    private RenderRequest Request(PromptExample example) => new() { Messages = example.Prompt.Items, Tools = example.Tools, Kwargs = example.TemplateKwargs, Now = generator.Now };

    private RowValue Message(Prompt prompt, string reply) => Sequences.Replies.ReplyMessage.Of(generator.Template, Request(prompt.Example), prompt.Text!, reply);

    private static string Reason(StopReason reason) => reason switch
    {
        StopReason.StopToken or StopReason.StopString => "stop",
        StopReason.Cancelled => "cancelled",
        _ => "length",
    };
}
