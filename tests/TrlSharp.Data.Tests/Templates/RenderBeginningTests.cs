using System.Globalization;
using CsCheck;
using TrlSharp.Data.Tests.Sequences;
using TrlSharp.Rows;
using TrlSharp.Templates;

namespace TrlSharp.Data.Tests.Templates;

/// <summary>Renders that begin where a render under other variables was: on every real template the same as renders from the start.</summary>
public sealed class RenderBeginningTests(ITestOutputHelper output)
{
    private static readonly int PerTemplate = Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1" ? 400 : 12;

    private static readonly RowValue[] Variables =
    [
        RowValue.MapOf(), RowValue.MapOf(("enable_thinking", RowValue.Of(true))), RowValue.MapOf(("enable_thinking", RowValue.Of(false))),
        RowValue.MapOf(("thinking", RowValue.Of(true)), ("reasoning_effort", RowValue.Of("low")), ("preserve_thinking", RowValue.Of(true))),
    ];

    [Fact]
    public void A_render_that_begins_where_another_one_was_is_the_same_as_from_the_start()
    {
        var (shared, all) = (0L, 0L);
        foreach (var entry in TemplateSet.All)
        {
            Gen.Select(ChatGenerator.Any, Gen.Bool).Sample((chat, prompt) =>
            {
                var request = new RenderRequest { Messages = chat.Messages, Tools = chat.Tools, AddGenerationPrompt = prompt, Now = TemplateSet.Date, Prepared = new(chat.Messages, chat.Tools), KeepsBeginning = true };
                foreach (var first in Variables)
                {
                    var begun = Render(entry.Template, request with { Kwargs = first });
                    foreach (var second in Variables)
                    {
                        var plain = Render(entry.Template, request with { Kwargs = second });
                        var render = Render(entry.Template, request with { Kwargs = second, Begun = begun?.Beginning });
                        Interlocked.Increment(ref all);
                        if (begun?.Beginning is { } beginning && beginning.IsOf(request with { Kwargs = second }, beginning.Reads.Names)) Interlocked.Increment(ref shared);
                        Assert.Equal(plain?.Text, render?.Text);
                        Assert.Equal(plain?.Spans.Select(Bare), render?.Spans.Select(Bare));
                        Assert.Equal(plain?.GenerationSpans, render?.GenerationSpans);
                        Assert.Equal(plain?.Reads.Slots, render?.Reads.Slots);

                        // And once more, from a render that began so.
                        if (render?.Beginning is not { } again) continue;
                        Assert.Equal(begun?.Text, Render(entry.Template, request with { Kwargs = first, Begun = again })?.Text);
                    }
                }
            }, iter: PerTemplate, print: c => $"{entry.Name}: {RowValue.List(c.Item1.Messages)}");
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{shared} of {all} renders began where another one was"));
        Assert.True(shared > all / 4);
    }

    [Theory]
    [InlineData("{{ messages[0].content }}{% if a %}{{ a }}{% endif %}", "xy", "xz")]
    [InlineData("{% set n = namespace(i=0) %}{% for m in messages %}{% set n.i = n.i + 1 %}{% endfor %}{{ n.i }}{{ 'p' if a == 'y' else 'q' }}", "1p", "1q")]
    [InlineData("{% set n = namespace(i=0) %}{% if a %}{% set n.i = n.i + 1 %}{% endif %}{{ n.i }}", "1", "1")]
    [InlineData("{% macro f() %}[{{ a }}]{% endmacro %}{{ f() }}", "[y]", "[z]")]
    [InlineData("{% set g = messages | map(attribute='content') %}{% if a == 'y' %}{{ g | list }}{% endif %}{{ g | list }}", "['x'][]", "['x']")]
    [InlineData("{{ a }}{{ messages[0].content }}", "yx", "zx")]
    public void What_an_ending_can_do_leaves_nothing_behind(string source, string first, string second)
    {
        var template = ChatTemplate.Parse(source);
        RowValue[] messages = [RowValue.MapOf(("role", RowValue.Of("user")), ("content", RowValue.Of("x")))];
        var request = new RenderRequest { Messages = messages, Prepared = new(messages, null), KeepsBeginning = true };
        var begun = template.Render(request with { Kwargs = RowValue.MapOf(("a", RowValue.Of("y"))) });
        Assert.Equal(first, begun.Text);
        for (var i = 0; i < 2; i++) Assert.Equal(second, template.Render(request with { Kwargs = RowValue.MapOf(("a", RowValue.Of("z"))), Begun = begun.Beginning }).Text);
    }

    private static RenderedConversation? Render(ChatTemplate template, RenderRequest request)
    {
        try
        {
            return template.Render(request);
        }
        catch (TemplateException)
        {
            return null;
        }
    }

    /// <summary>A span with what its origin says: builtin values have an origin in each render.</summary>
    private static (RenderedSpan, Origin) Bare(RenderedSpan span) => (span with { Origin = null! }, span.Origin);
}
