using TrlSharp.Tokenization;
using TrlSharp.Tokenization.Added;

namespace TrlSharp.Data.Tests.Tokenization;

/// <summary>The trie against a look at every pattern.</summary>
public sealed class AddedTokenTrieTests
{
    [Fact]
    public void It_finds_the_longest_pattern_below_a_length()
    {
        for (var i = 0; i < 3000; i++)
        {
            var random = SeededRandom.ForPart(5, i);
            var patterns = Enumerable.Range(0, random.Next(9)).Select((_, id) => (Pattern: Text(random, 5), Token: new AddedToken(id, "", false, false, false, false, false))).ToArray();
            var trie = new AddedTokenTrie(patterns);
            Assert.Equal(patterns.All(p => p.Pattern.Length == 0), trie.IsEmpty);
            var text = Text(random, 12);
            for (var start = 0; start < text.Length; start++)
            {
                foreach (var below in new[] { int.MaxValue, 4, 2, 1 })
                {
                    var expected = patterns.Where(p => p.Pattern.Length > 0 && p.Pattern.Length < below && text.AsSpan(start).StartsWith(p.Pattern)).OrderBy(p => p.Pattern.Length).LastOrDefault();
                    var found = trie.Longest(text, start, below, out var length);
                    Assert.Equal(expected.Pattern?.Length ?? 0, length);

                    // Of equal patterns the last one counts.
                    Assert.Equal(patterns.LastOrDefault(p => p.Pattern == expected.Pattern).Token?.Id, found?.Id);
                }

                var next = Enumerable.Range(start, text.Length - start).Where(at => patterns.Any(p => p.Pattern.Length > 0 && p.Pattern[0] == text[at])).DefaultIfEmpty(-1).First();
                Assert.Equal(next, trie.NextStart(text, start));
            }
        }
    }

    private static string Text(SeededRandom random, int most) => string.Concat(Enumerable.Range(0, random.Next(most + 1)).Select(_ => "abc"[random.Next(3)]));
}
