using System.Globalization;
using TrlSharp.Rows;
using TrlSharp.Tests;

namespace TrlSharp.Data.Tests.Templates.Differential;

/// <summary>
/// Generated programs, and real templates with damage over generated conversations, through ours and Jinja2: the same text, or an error from both.
/// TRLSHARP_DIFFERENTIAL sets the number of programs (default 400; nightly 20,000), twice as many wild ones, half as many of the other two, TRLSHARP_SEED the seed.
/// </summary>
public sealed class DifferentialTests
{
    private static readonly int Count = int.Parse(
        Environment.GetEnvironmentVariable("TRLSHARP_DIFFERENTIAL") ?? (Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1" ? "20000" : "400"), CultureInfo.InvariantCulture);

    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("TRLSHARP_SEED") ?? "1", CultureInfo.InvariantCulture);

    [Fact]
    public void Generated_programs_agree_with_jinja2()
    {
        var generator = new ProgramGenerator(Seed);
        Compare([ProgramContext.Value], [.. Enumerable.Range(0, Count).Select(_ => new PythonJinja.Request(generator.Next(), 0))]);
    }

    [Fact]
    public void Wild_programs_agree_with_jinja2()
    {
        var generator = new WildGenerator(Seed);
        Compare([ProgramContext.Value], [.. Enumerable.Range(0, 2 * Count).Select(_ => new PythonJinja.Request(generator.Next(), 0))]);
    }

    [Fact]
    public void Real_templates_agree_with_jinja2_on_generated_conversations()
    {
        var (templates, conversations) = (Sources(), new ConversationGenerator((ulong)Seed));
        List<RowValue> contexts = [.. Enumerable.Range(0, Count / 4).Select(_ => conversations.Next())];
        Compare(contexts, [.. Enumerable.Range(0, Count / 2).Select(i => new PythonJinja.Request(templates[i * 7 % templates.Count], i * 7919 % contexts.Count))]);
    }

    [Fact]
    public void Damaged_templates_agree_with_jinja2()
    {
        var (mutator, conversations) = (new TemplateMutator(Sources(), (ulong)Seed), new ConversationGenerator((ulong)Seed));
        List<RowValue> contexts = [.. Enumerable.Range(0, Count / 4).Select(_ => conversations.Next())];
        Compare(contexts, [.. Enumerable.Range(0, Count / 2).Select(i => new PythonJinja.Request(mutator.Next(), i % contexts.Count))]);
    }

    private static List<string> Sources() =>
        [.. Directory.GetFiles(SharedData.Path("conformance", "templates"), "*.jinja").Order(StringComparer.Ordinal).Select(File.ReadAllText)];

    private static void Compare(IReadOnlyList<RowValue> contexts, IReadOnlyList<PythonJinja.Request> requests)
    {
        var comparison = new Comparison();
        foreach (var (request, answer) in requests.Zip(PythonJinja.Ask(contexts, requests))) comparison.Add(request, contexts[request.Context], answer);
        Assert.True(comparison.Differences.Count == 0, comparison.ToString());
        Assert.Equal(requests.Count, comparison.Compared);
    }
}
