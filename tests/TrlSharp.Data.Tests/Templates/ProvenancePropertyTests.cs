using System.Globalization;
using System.Text;
using CsCheck;
using TrlSharp.Data.Tests.Sequences;
using TrlSharp.Rows;
using TrlSharp.Templates;

namespace TrlSharp.Data.Tests.Templates;

/// <summary>Every real template over generated conversations: where each character came from is told once, and truly.</summary>
public sealed class ProvenancePropertyTests(ITestOutputHelper output)
{
    private static readonly int PerTemplate = Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1" ? 400 : 12;

    [Fact]
    public void Spans_tile_the_text_and_exact_data_equal_their_source()
    {
        long rendered = 0, exact = 0;
        foreach (var entry in TemplateSet.All)
        {
            Gen.Select(ChatGenerator.Any, Gen.Bool).Sample((chat, prompt) =>
            {
                if (Render(entry.Template, chat.Messages, chat.Tools, prompt) is not { } result) return;
                Interlocked.Increment(ref rendered);
                var sources = chat.Messages.Select(Strings).ToArray();
                var at = 0;
                foreach (var span in result.Spans)
                {
                    Assert.Equal(at, span.Start);
                    Assert.True(span.End > at);
                    at = span.End;
                    Assert.InRange(span.Owner, -1, chat.Messages.Count - 1);
                    if (span.Exact) Assert.Equal(span.Length, span.SourceEnd - span.SourceStart);
                    if (span is not { Exact: true, Origin.Kind: OriginKind.Data } || !sources[span.Origin.Message].TryGetValue(span.Origin.Path, out var texts)) continue;
                    var text = result.Text[span.Start..span.End];

                    // Filters of case map character by character and keep their places.
                    Assert.Contains(texts, t => span.SourceEnd <= t.Length && t[span.SourceStart..span.SourceEnd].Equals(text, StringComparison.OrdinalIgnoreCase));
                    Interlocked.Increment(ref exact);
                }

                Assert.Equal(result.Text.Length, at);
            }, iter: PerTemplate, print: c => $"{entry.Name}: {RowValue.List(c.Item1.Messages)}");
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rendered} renders, {exact} exact data spans"));
        Assert.True(rendered > TemplateSet.All.Count * PerTemplate / 2);
        Assert.True(exact > rendered);
    }

    /// <summary>Modes of a template share renders: what a render says that it did not ask for must change nothing in it, here under variables that templates are known for.</summary>
    [Fact]
    public void A_render_is_the_same_under_variables_that_it_did_not_ask_for()
    {
        RowValue[] variables = [RowValue.MapOf(), RowValue.MapOf(("enable_thinking", RowValue.Of(true))), RowValue.MapOf(("enable_thinking", RowValue.Of(false))),
            RowValue.MapOf(("thinking", RowValue.Of(true)), ("reasoning_effort", RowValue.Of("low")), ("preserve_thinking", RowValue.Of(true)))];
        var (same, other) = (0L, 0L);
        foreach (var entry in TemplateSet.All)
        {
            Gen.Select(ChatGenerator.Any, Gen.Bool).Sample((chat, prompt) =>
            {
                var renders = Array.ConvertAll(variables, v => Render(entry.Template, chat.Messages, chat.Tools, prompt, v));
                for (var i = 0; i < variables.Length; i++)
                {
                    for (var j = 0; j < variables.Length; j++)
                    {
                        if (i == j || renders[i] is not { } render) continue;
                        if (!render.Reads.AreSameUnder(variables[j], variables[i]))
                        {
                            if (renders[j]?.Text != render.Text) Interlocked.Increment(ref other);
                            continue;
                        }

                        Interlocked.Increment(ref same);
                        Assert.Equal(render.Text, renders[j]?.Text);
                        Assert.Equal(render.Spans.Select(Bare), renders[j]!.Spans.Select(Bare));
                        Assert.Equal(render.GenerationSpans, renders[j]!.GenerationSpans);
                    }
                }
            }, iter: PerTemplate, print: c => $"{entry.Name}: {RowValue.List(c.Item1.Messages)}");
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{same} pairs share a render, {other} differ and asked for what differs"));
        Assert.True(same > 0 && other > 0);
    }

    /// <summary>
    /// Words without a meaning to any template take the place of one message's content: what the other messages own, and what comes from them, stays
    /// as it was, character by character and origin by origin.
    /// </summary>
    [Fact]
    public void The_content_of_one_message_changes_no_character_of_another()
    {
        var word = Gen.Char['a', 'z'].Array[3, 12].Select(c => "w" + new string(c));
        var (compared, refused) = (0L, 0L);
        foreach (var entry in TemplateSet.All)
        {
            Gen.Select(Gen.Int[1, 4], Gen.Bool, word.Array[10], word, Gen.Int[0, 9]).Sample((turns, system, words, other, pick) =>
            {
                List<RowValue> messages = system ? [ChatGenerator.Message("system", words[9])] : [];
                for (var i = 0; i < turns; i++) messages.AddRange([ChatGenerator.Message("user", words[2 * i]), ChatGenerator.Message("assistant", words[(2 * i) + 1])]);
                var at = pick % messages.Count;
                RowValue[] changed = [.. messages.Select((m, i) => i == at ? m.With("content", RowValue.Of(other)) : m)];
                var (first, second) = (Render(entry.Template, messages, null, prompt: false), Render(entry.Template, changed, null, prompt: false));
                Assert.Equal(first is null, second is null);
                if (first is null || second is null)
                {
                    Interlocked.Increment(ref refused);
                    return;
                }

                Interlocked.Increment(ref compared);
                Assert.Equal(Others(first, at), Others(second, at));
            }, iter: PerTemplate, print: c => $"{entry.Name}: {c}");
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{compared} pairs compared, {refused} refused by the template"));
        Assert.True(compared > 5 * refused);
    }

    private static RenderedConversation? Render(ChatTemplate template, IReadOnlyList<RowValue> messages, RowValue? tools, bool prompt, RowValue? variables = null)
    {
        try
        {
            return template.Render(new RenderRequest { Messages = messages, Tools = tools, AddGenerationPrompt = prompt, Kwargs = variables, Now = TemplateSet.Date });
        }
        catch (TemplateException)
        {
            return null;
        }
    }

    /// <summary>A span with what its origin says, for a comparison of renders of their own.</summary>
    private static (RenderedSpan, OriginKind, int, string) Bare(RenderedSpan span) => (span with { Origin = null! }, span.Origin.Kind, span.Origin.Message, span.Origin.Path);

    /// <summary>Everything but the characters that a message owns or gave.</summary>
    private static string Others(RenderedConversation rendered, int message)
    {
        var others = new StringBuilder();
        foreach (var span in rendered.Spans)
            if (span.Owner != message && !(span.Origin.Kind == OriginKind.Data && span.Origin.Message == message))
                others.Append(CultureInfo.InvariantCulture, $"{span.Origin} of {span.Owner}: {rendered.Text[span.Start..span.End]}\n");
        return others.ToString();
    }

    /// <summary>All strings of a message under the path that origins name: values, and under a map's path its keys.</summary>
    private static Dictionary<string, List<string>> Strings(RowValue message)
    {
        var all = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        Collect(message, "");
        return all;

        void Collect(RowValue value, string path)
        {
            switch (value.Kind)
            {
                case RowValueKind.String: Add(path, value.Text); break;
                case RowValueKind.List:
                    for (var i = 0; i < value.Items.Count; i++) Collect(value.Items[i], string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"));
                    break;
                case RowValueKind.Map:
                    foreach (var (key, field) in value.Fields)
                    {
                        Add(path, key);
                        Collect(field, path.Length == 0 ? key : $"{path}.{key}");
                    }

                    break;
            }
        }

        void Add(string path, string text)
        {
            if (!all.TryGetValue(path, out var list)) all[path] = list = [];
            list.Add(text);
        }
    }
}
