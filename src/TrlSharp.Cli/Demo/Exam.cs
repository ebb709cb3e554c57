using System.Globalization;
using TrlSharp.Generation;
using TrlSharp.Models;
using TrlSharp.Rows;
using TrlSharp.Templates;
using TrlSharp.Tokenization;

namespace TrlSharp.Cli.Demo;

/// <summary>Asks a saved model the held-out questions, greedily, through its own folder: tokenizer, template, weights.</summary>
internal static class Exam
{
    private const int LongestAnswer = 6;

    /// <summary>What a model answered.</summary>
    /// <param name="Asked">Number of questions.</param>
    /// <param name="Right">Answers equal to the right one, to the character.</param>
    /// <param name="Weak">Answers equal to what the weak model says.</param>
    /// <param name="Samples">The first few questions and answers.</param>
    internal sealed record Result(int Asked, int Right, int Weak, IReadOnlyList<(string Question, string Answer)> Samples)
    {
        public double Accuracy => (double)Right / Asked;
    }

    public static Result Take(string folder, IReadOnlyList<MiniNectar.Question> questions, CancellationToken stop)
    {
        using var model = ModelFolder.Load(folder);
        var tokenizer = Tokenizer.Load(folder);
        var template = ChatTemplate.Load(folder);
        var prompts = questions.Select(q => (IReadOnlyList<int>)[.. tokenizer.Encode(Prompt(template, q)).Select(t => t.Id)]).ToList();
        var config = new SamplingConfig { Temperature = 0, MaxNewTokens = LongestAnswer, StopTokens = [tokenizer.EosTokenId!.Value] };
        var completions = TokenGenerator.Generate(model, prompts, config, new GenerationOptions { BatchSize = prompts.Count }, stop);
        stop.ThrowIfCancellationRequested();
        var answers = completions.Select(c => tokenizer.Decode([.. c.Tokens], skipSpecialTokens: true)).ToList();
        return new(
            questions.Count,
            questions.Zip(answers).Count(p => p.Second == Text(p.First.Answer)),
            questions.Zip(answers).Count(p => p.Second == Text(p.First.Answer + 1)),
            [.. questions.Zip(answers).Take(4).Select(p => (p.First.Text, p.Second))]);
    }

    private static string Prompt(ChatTemplate template, MiniNectar.Question question) => template.Render(new RenderRequest
    {
        Messages = [RowValue.MapOf(("role", RowValue.Of("user")), ("content", RowValue.Of(question.Text)))],
        AddGenerationPrompt = true,
    }).Text;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
